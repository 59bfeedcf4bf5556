import { setTimeout as delay } from 'node:timers/promises';
import type { RequestLimits } from '../../execution/request-limits.js';
import type { AcceptSpec, WorkerDriver, WorkerSpec } from '../driver.js';
import {
  closedBefore,
  messageOf,
  reloadGraceOver,
  stuckLoading,
  workersBlocked,
  workersFailed,
  workerStart,
  workerStuck,
} from '../errors.js';
import type { PoolSize } from '../options.js';
import { HealthCheck } from './health-check.js';
import { IdleTimers } from './idle-timers.js';
import { Recycling } from './recycling.js';
import { START_ATTEMPTS, StartBackoff, waitAfter } from './start-backoff.js';
import { WorkerSet } from './worker-set.js';
import type { Unfinished, Worker, WorkerEvents } from './worker.js';

export interface SupervisorOptions {
  readonly driver: WorkerDriver;
  /** What a new worker is started with: read for each. */
  readonly spec: () => WorkerSpec;
  /** Read anew each time, so that the fields may be changed while the server runs. */
  readonly size: () => PoolSize;
  readonly events: WorkerEvents;
  /** How many jobs find no worker with capacity. */
  readonly waiting: () => number;
  /** There may be a worker with capacity. */
  readonly onCapacity: () => void;
  /** A worker runs nothing any more, for `error`. */
  readonly onLost: (error: Error, unfinished: Unfinished) => void;
  /** No worker serves, and none can be started for now. */
  readonly onNoneStarts: (error: Error) => void;
  /** A failure that belongs to no request. */
  readonly onFailure: (error: unknown) => void;
  /** For workers that take requests for themselves. @returns undefined where the main side does */
  readonly accept: () => AcceptSpec | undefined;
}

export interface WorkerCounts {
  /** Workers that take requests. */
  readonly serving: number;
  /** Workers that load the handler, or are ready to take another one's place. */
  readonly starting: number;
  /** Workers that take no request any more, and end when those that they have are done. */
  readonly draining: number;
}

/** Keeps as many workers as the fields say: starts them, replaces those that are due, stuck or dead, and ends them. */
export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #workers = new WorkerSet();
  readonly #recycling: Recycling;
  readonly #health: HealthCheck;
  readonly #idle = new IdleTimers<Worker>();
  readonly #backoff = new StartBackoff();
  #reloading: Promise<void> = Promise.resolve();
  #state: 'starting' | 'open' | 'ending' = 'starting';
  /** Starts under way to fill up the pool. */
  #starting = 0;
  /** Whether it has been told that no worker can be started beside those that cannot be ended. */
  #isBlockedTold = false;
  #aborted: { reason: unknown } | undefined;
  /** Whether workers that can are to take requests for themselves. */
  #isTaking = false;
  #isReleased = false;

  constructor(options: SupervisorOptions) {
    this.#options = options;
    this.#recycling = new Recycling(options.size);
    this.#health = new HealthCheck({
      size: options.size,
      workers: () => this.#workers.all,
      onStuck: (worker, ms) =>
        worker.kill(
          worker.isReady ? workerStuck(worker.name, ms) : stuckLoading(options.spec().handler.url, ms),
        ),
      onChecked: () => this.adjust(),
    });
  }

  get isStarting(): boolean {
    return this.#state === 'starting';
  }

  get counts(): WorkerCounts {
    return {
      serving: this.#workers.count('serving'),
      starting: this.#workers.count('starting', 'fresh', 'standby'),
      draining: this.#workers.count('draining', 'unresponsive', 'abandoned'),
    };
  }

  /** Workers that can take requests for themselves from now on, or leave them. */
  setTaking(isTaking: boolean): void {
    this.#isTaking = isTaking;
    for (const worker of this.#workers.in('serving')) worker.take(isTaking ? 'on' : 'off');
  }

  /** They take what waits now, and then nothing more. Resolves when all have. */
  async takeLast(): Promise<void> {
    this.#isTaking = false;
    for (const worker of this.#workers.in('serving')) worker.take('last');
    await untilStopped(this.#workers.all);
  }

  /** The socket is about to be closed: no worker is started any more that would take requests from it. */
  release(): void {
    this.#isReleased = true;
  }

  /** What holds for workers that take requests for themselves has changed. */
  takeAnew(): void {
    if (this.#isTaking) this.setTaking(true);
  }

  /** The serving worker that has the fewest jobs, of those that can be given another one now. */
  leastBusy(): Worker | undefined {
    const { requestsPerWorker } = this.#options.size();
    let best: Worker | undefined;
    for (const [worker, role] of this.#workers) {
      if (role !== 'serving' || worker.load >= requestsPerWorker || !worker.hasCapacity) continue;
      if (best !== undefined && worker.load >= best.load) continue;
      if (!this.#recycling.isUsedUp(worker)) best = worker;
    }
    return best;
  }

  // ── starting ────────────────────────────────────────────────────────────────────────────────────────────

  /**
   * Resolves when every worker has loaded the handler, or, if some cannot start, when the others have.
   * @throws what the module throws; ERR_SOCKETSERVER_WORKER_START when no worker starts
   */
  async start(): Promise<void> {
    this.#health.start();
    const { min, standby } = this.#options.size();
    const failures: unknown[] = [];
    const starts = Array.from({ length: min + standby }, () =>
      this.#startFirst().catch((error: unknown) => {
        if (!isStartFailure(error)) throw error; // a module that throws will throw again
        failures.push(error);
      }),
    );
    try {
      await Promise.all(starts);
    } catch (error) {
      throw this.isStarting ? error : closedBefore('listen()');
    }
    if (!this.isStarting) throw closedBefore('listen()');
    if (failures.length === starts.length) throw failures[0];
    this.#state = 'open';
    this.adjust();
    if (failures.length > 0) this.#options.onFailure(failures[0]);
  }

  /**
   * Replaces every worker by one that has loaded the handler anew. The old ones are told to abort, and end when their jobs
   * have, or after `graceMs`. One that is called while another runs begins after it. When the module does not load the old
   * ones go on.
   */
  reload(graceMs: number): Promise<void> {
    this.#reloading = this.#reloading.catch(isToldToItsCaller).then(() => this.#reload(graceMs));
    return this.#reloading;
  }

  async #reload(graceMs: number): Promise<void> {
    this.#checkOpen('reload()');
    const { min, standby } = this.#options.size();
    const wanted = Math.max(min, this.#workers.count('serving'));
    const starts = Array.from({ length: wanted + standby }, () => this.#spawn('fresh'));
    const failure = (await Promise.allSettled(starts)).find(({ status }) => status === 'rejected');
    this.#checkOpen('reload()');
    if (failure?.status === 'rejected') {
      for (const worker of this.#workers.in('fresh')) this.#drain(worker);
      const ending = this.#workers.in('draining').filter(({ load }) => load === 0);
      await Promise.all(ending.map((worker) => worker.retire())); // nothing is left of it when it is told
      throw failure.reason;
    }
    this.#backoff.reset();
    const old = this.#workers.all.filter((worker) => this.#workers.roleOf(worker) !== 'fresh');
    for (const worker of this.#workers.in('fresh')) this.#workers.assign(worker, 'standby');
    for (const worker of old) {
      if (this.#workers.roleOf(worker) !== 'abandoned') this.#replace(worker, graceMs);
    }
    while (this.#workers.count('serving') < wanted && this.#promote());
    this.adjust();
    await untilStopped(old);
  }

  /** It has the old module: its handlers are asked to end, and do not keep it for longer than `graceMs`. */
  #replace(worker: Worker, graceMs: number): void {
    this.#drain(worker);
    if (worker.load === 0) return;
    worker.abort(new DOMException('The server is reloading', 'AbortError'));
    const timer = setTimeout(() => worker.kill(reloadGraceOver(worker.name, graceMs)), graceMs).unref();
    void worker.lost.then(() => clearTimeout(timer));
  }

  #checkOpen(what: string): void {
    if (this.#state !== 'open' || this.#isReleased) throw closedBefore(what);
  }

  async #startFirst(): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        await this.#spawn('standby');
        if (this.#workers.count('serving') < this.#options.size().min) this.#promote();
        return;
      } catch (error) {
        if (attempt === START_ATTEMPTS || !isStartFailure(error)) throw error;
        await delay(waitAfter(attempt));
        if (this.#state !== 'starting') throw error;
      }
    }
  }

  /** Counts as a worker until it has failed or succeeded: a failed start must be counted before the next one begins. */
  async #startAnother(): Promise<void> {
    this.#starting++;
    try {
      await this.#spawn('standby');
    } catch (error) {
      this.#startFailed(error);
    }
    this.#starting--;
    this.adjust();
  }

  /** Resolves when the worker has its role; or when nobody wants it any more. */
  async #spawn(role: 'standby' | 'fresh'): Promise<void> {
    const spec = this.#options.spec();
    const worker = this.#make(spec);
    this.#workers.assign(worker, 'starting');
    void this.#watch(worker);
    try {
      await worker.ready;
    } catch (error) {
      if (this.#isUnwanted(worker)) return;
      this.#drain(worker);
      if (worker.loss?.wasKilled === true) this.#backoff.killed();
      throw error;
    }
    if (this.#isUnwanted(worker)) return;
    this.#workers.assign(worker, role);
    if (this.#aborted !== undefined) worker.abort(this.#aborted.reason);
    const { limits } = this.#options.spec();
    if (limits !== spec.limits) worker.setLimits(limits);
  }

  #make(spec: WorkerSpec): Worker {
    const accept = this.#options.accept();
    try {
      const worker = this.#options.driver.start({ ...spec, accept }, this.#options.events);
      worker.dueAt = this.#recycling.dueAt(worker);
      return worker;
    } catch (error) {
      accept?.accepted.gone();
      throw 'syscall' in Object(error) ? workerStart('a worker', messageOf(error), error) : error;
    }
  }

  /** A reload or the end has come first, and drains it. */
  #isUnwanted(worker: Worker): boolean {
    return this.#workers.roleOf(worker) === 'draining';
  }

  /** Told once a spell. Where no worker serves, whoever waits is told too, and not left hanging. */
  #startFailed(error: unknown): void {
    if (this.#state !== 'open' || this.#backoff.isWaiting) return;
    this.#backoff.failed(() => this.adjust());
    const { failures } = this.#backoff;
    if (failures === START_ATTEMPTS) this.#options.onFailure(workersFailed(failures, error));
    if (failures >= START_ATTEMPTS && this.#workers.count('serving') === 0) {
      this.#options.onNoneStarts(workersFailed(failures, error));
    }
  }

  // ── how many there are ──────────────────────────────────────────────────────────────────────────────────

  /** Brings the number of workers to what is wanted now, and replaces those that are due. */
  adjust(): void {
    if (this.#state !== 'open') return;
    const { min, max, standby, requestsPerWorker, maxRequests } = this.#options.size();
    for (const worker of this.#workers.in('serving').slice(max)) this.#drain(worker);
    const due = this.#due(max);
    for (const worker of due) {
      if (this.#workers.count('standby') === 0) break;
      this.#drain(worker);
      this.#promote();
    }
    const room = maxRequests === 1 ? 1 : requestsPerWorker;
    const needed = this.#workers.count('serving') + Math.ceil(this.#options.waiting() / room);
    const wanted = Math.min(Math.max(min, needed), max);
    while (this.#workers.count('serving') < wanted && this.#promote());
    const replacing = due.filter((worker) => this.#workers.roleOf(worker) === 'serving').length;
    for (const worker of this.#workers.in('standby').slice(standby)) this.#drain(worker);
    const present = this.#workers.count('standby', 'serving') + this.#starting;
    // Those that do not answer, or cannot be ended, still use memory: as many are replaced as may serve, no more.
    const blocked = this.#workers.count('unresponsive', 'abandoned');
    let missing = wanted + standby + replacing - Math.max(0, blocked - max) - present;
    // One that does not answer may do so again, or is ended after `stuckTimeout`: until then clients wait.
    const isHopeless = present === 0 && missing <= 0 && this.#workers.count('unresponsive') === 0;
    this.#tellOfBlocked(isHopeless ? blocked : 0);
    const mayStart = !this.#backoff.isWaiting && !this.#isReleased;
    if (mayStart) for (; missing > 0; missing--) void this.#startAnother();
    for (const worker of this.#workers.in('serving')) {
      worker.dueAt = this.#recycling.dueAt(worker);
      this.#drainWhenIdle(worker);
    }
    this.#health.start();
  }

  /** Told once. No worker serves, and none may be started: whoever waits is told too, and not left hanging. */
  #tellOfBlocked(blocked: number): void {
    if (blocked > 0) {
      const error = workersBlocked(blocked);
      if (!this.#isBlockedTold) this.#options.onFailure(error);
      this.#options.onNoneStarts(error);
    }
    this.#isBlockedTold = blocked > 0;
  }

  /** As many may drain as may serve, no more: else long requests would keep an endless row of old workers. */
  #due(max: number): Worker[] {
    const due = this.#workers.in('serving').filter((worker) => this.#recycling.isDue(worker));
    return due.slice(0, Math.max(0, max - this.#workers.count('draining')));
  }

  /** Lets a standby serve. @returns whether there was one */
  #promote(): boolean {
    const [worker] = this.#workers.in('standby');
    if (worker === undefined) return false;
    this.#workers.assign(worker, 'serving');
    if (this.#isTaking) worker.take('on');
    this.#drainWhenIdle(worker);
    this.#options.onCapacity();
    return true;
  }

  // ── what becomes of a worker ────────────────────────────────────────────────────────────────────────────

  /** Jobs have been dispatched to these. */
  dispatched(workers: Iterable<Worker>): void {
    for (const worker of workers) {
      if (!this.#recycling.isDue(worker)) continue;
      this.adjust();
      return;
    }
  }

  /** A job of it has ended, or has been taken back. */
  settled(worker: Worker): void {
    if (worker.hasServed) this.#backoff.proven(worker);
    if (worker.load > 0) return;
    this.#idle.stop(worker);
    if (this.#workers.roleOf(worker) === 'draining') void worker.retire();
    else if (this.#recycling.isUsedUp(worker)) this.drain(worker);
    else this.#drainWhenIdle(worker);
  }

  unresponsive(worker: Worker): void {
    if (this.#workers.roleOf(worker) !== 'serving') return;
    this.#workers.assign(worker, 'unresponsive');
    this.adjust();
  }

  recovered(worker: Worker): void {
    if (this.#workers.roleOf(worker) === 'unresponsive') this.drain(worker);
  }

  /** It gets no request any more, and ends when it has none left. */
  drain(worker: Worker): void {
    this.#drain(worker);
    this.adjust();
  }

  #drain(worker: Worker): void {
    this.#idle.stop(worker);
    this.#workers.assign(worker, 'draining');
    worker.take('off');
    if (worker.load === 0) void worker.retire();
  }

  /** A worker above `min` that has nothing to do for `idleTimeout` ends. */
  #drainWhenIdle(worker: Worker): void {
    const isSpare = (): boolean => {
      const isServing = this.#workers.roleOf(worker) === 'serving';
      return isServing && worker.load === 0 && this.#workers.count('serving') > this.#options.size().min;
    };
    if (!isSpare()) return;
    this.#idle.start(worker, this.#options.size().idleTimeout, () => {
      if (isSpare()) this.drain(worker);
    });
  }

  async #watch(worker: Worker): Promise<void> {
    const { error, wasKilled = false } = await worker.lost;
    const role = this.#workers.roleOf(worker);
    this.#idle.stop(worker);
    this.#workers.assign(worker, 'abandoned');
    void worker.gone.then(() => this.#gone(worker));
    const unfinished = worker.takeUnfinished();
    const isWanted = role !== 'starting' && role !== 'draining';
    const hasStarted = unfinished.started.length + unfinished.taken > 0;
    const isProven = worker.hasServed || hasStarted || !this.#backoff.counts(worker);
    if (isProven) this.#backoff.proven(worker);
    else if (wasKilled) this.#backoff.killed();
    if (isWanted && !isProven) this.#startFailed(error);
    this.#options.onLost(error, unfinished);
    this.adjust();
  }

  #gone(worker: Worker): void {
    this.#workers.remove(worker);
    worker.forget();
    this.adjust();
  }

  // ── the end ─────────────────────────────────────────────────────────────────────────────────────────────

  abort(reason: unknown): void {
    this.#aborted ??= { reason };
    for (const worker of this.#workers.all) if (worker.isReady) worker.abort(reason);
  }

  setLimits(limits: RequestLimits | undefined): void {
    for (const worker of this.#workers.all) if (worker.isReady) worker.setLimits(limits);
  }

  /** Every worker ends when its jobs have. Resolves when they are gone, or cannot be ended. */
  async end(): Promise<void> {
    this.#stop();
    for (const worker of this.#workers.all) if (!worker.isLost) this.#drain(worker);
    await Promise.all(this.#workers.all.map((worker) => (worker.load === 0 ? worker.retire() : worker.gone)));
  }

  /** Every worker ends, with its jobs. Resolves as `end` does. */
  async terminate(): Promise<void> {
    this.#stop();
    await Promise.all(this.#workers.all.map((worker) => worker.terminate()));
  }

  #stop(): void {
    this.#state = 'ending';
    this.#backoff.stop();
    this.#health.stop();
    for (const worker of this.#workers.all) this.#idle.stop(worker);
  }
}

async function untilStopped(workers: readonly Worker[]): Promise<void> {
  await Promise.all(workers.map((worker) => worker.untilStopped()));
}

/** A worker that could not start may start the next time; a module that throws will throw again. */
function isStartFailure(error: unknown): boolean {
  return (error as { code?: unknown } | undefined)?.code === 'ERR_SOCKETSERVER_WORKER_START';
}

/** Whoever called `reload()` has its error; the next one only waits for its end. */
function isToldToItsCaller(): void {}
