import type { ClientAddress } from '../../address.js';
import type { RequestLimits } from '../../execution/request-limits.js';
import type { Sharing } from '../../sources/request-source.js';
import type { AcceptSpec, WorkerDriver, WorkerSpec } from '../driver.js';
import { closed } from '../errors.js';
import { Job, type WorkerRequest } from '../job.js';
import type { PoolSize } from '../options.js';
import { Batcher } from '../batcher.js';
import type { AcceptedRequests } from './accepted-requests.js';
import type { TakingWorkers } from './shared-source.js';
import { Supervisor, type WorkerCounts } from './supervisor.js';
import type { Unfinished, Worker } from './worker.js';

export interface WorkerPoolOptions {
  readonly driver: WorkerDriver;
  /** What a new worker is started with: read for each. */
  readonly spec: () => WorkerSpec;
  /** Read anew each time, so that the fields may be changed while the server runs. */
  readonly size: () => PoolSize;
  /** A handler has called `this.server.shutdown()`. */
  readonly onShutdown: () => void;
  /** A failure that belongs to no request. */
  readonly onFailure: (error: unknown) => void;
  /** For workers that take requests for themselves. */
  readonly accepting?: Accepting | undefined;
}

/** What a pool has whose workers take requests for themselves. */
export interface Accepting {
  readonly requests: AcceptedRequests;
  readonly sharing: Sharing;
  /** The listening socket. */
  readonly fileno: () => number;
  /** A request has failed. */
  readonly onFailed: (error: Error, clientAddress: ClientAddress) => void;
  /** A worker could not take one. */
  readonly onAcceptFailure: (error: Error) => void;
}

/** Milliseconds that a request may wait for others, while every turn of the event loop brings some: waking a worker costs more. */
const MAX_BATCH_MS = 2;

/** The requests of one server: those that wait for a worker, and which worker gets which. */
export class WorkerPool implements TakingWorkers {
  readonly #supervisor: Supervisor;
  readonly #batcher = new Batcher(() => this.#dispatch(), MAX_BATCH_MS);
  /** Jobs that wait for a worker, oldest first. */
  #waiting: Job[] = [];
  /** Workers that are to be told something. */
  #unflushed = new Set<Worker>();
  /** Jobs that have not ended. */
  #jobs = 0;
  #nextOrder = 1;
  #redispatched = 0;
  #isEnding = false;
  #whenIdle: (() => void)[] = [];
  readonly #accepting: Accepting | undefined;
  readonly #onFailure: (error: unknown) => void;

  constructor({ driver, spec, size, onShutdown, onFailure, accepting }: WorkerPoolOptions) {
    this.#accepting = accepting;
    this.#onFailure = onFailure;
    this.#supervisor = new Supervisor({
      driver,
      spec,
      size,
      events: {
        capacity: () => this.#batchWaiting(),
        flushSoon: (worker) => {
          this.#unflushed.add(worker);
          this.#batcher.add();
        },
        settled: (worker) => this.#settled(worker),
        requeued: (worker, jobs) => this.#requeued(worker, jobs),
        unresponsive: (worker) => this.#supervisor.unresponsive(worker),
        recovered: (worker) => this.#supervisor.recovered(worker),
        draining: (worker) => this.#supervisor.drain(worker),
        shutdown: onShutdown,
        changed: (worker) => this.#changed(worker),
        failed: (_worker, error, clientAddress) => accepting?.onFailed(error, clientAddress),
        acceptFailed: (_worker, error) => accepting?.onAcceptFailure(error),
      },
      waiting: () => this.#waiting.length,
      onCapacity: () => this.#batchWaiting(),
      onLost: (error, unfinished) => this.#takeBack(error, unfinished),
      onNoneStarts: (error) => this.#refuseWaiting(error),
      onFailure,
      accept: () => this.#acceptSpec(),
    });
  }

  get workers(): WorkerCounts {
    return this.#supervisor.counts;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /** Requests that were given to another worker, because the first one did not start them. */
  get redispatched(): number {
    return this.#redispatched;
  }

  /** @see Supervisor.start */
  start(): Promise<void> {
    return this.#supervisor.start();
  }

  /** Gives up starting: the server is closed before it listens. */
  cancelStart(): void {
    if (this.#supervisor.isStarting) void this.kill();
  }

  /** @see Supervisor.reload */
  reload(graceMs: number): Promise<void> {
    return this.#supervisor.reload(graceMs);
  }

  /** Brings the number of workers to what is wanted now. */
  adjust(): void {
    this.#supervisor.adjust();
    this.#batchWaiting(); // each may take more than before
  }

  /**
   * Runs a request in a worker; settles when it has ended.
   * @param spentMs - what it has taken of `requestTimeout`
   */
  run(request: WorkerRequest, clientAddress: ClientAddress, spentMs: number): Promise<void> {
    if (this.#isEnding) return Promise.reject(closed());
    const job = new Job(this.#nextOrder++, request, clientAddress);
    job.spentMs = spentMs;
    this.#jobs++;
    this.#waiting.push(job);
    this.#batcher.add();
    return job.ended;
  }

  abort(reason: unknown): void {
    this.#supervisor.abort(reason);
  }

  setLimits(limits: RequestLimits | undefined): void {
    this.#supervisor.setLimits(limits);
  }

  /** Waits until no job is left, or `kill()` is called, then ends every worker. */
  async end(): Promise<void> {
    while (this.#jobs > 0 && !this.#isEnding) {
      await new Promise<void>((resolve) => this.#whenIdle.push(resolve));
    }
    this.#isEnding = true;
    await this.#supervisor.end();
  }

  /** Ends every worker with its jobs. */
  async kill(): Promise<void> {
    this.#isEnding = true;
    this.#refuseWaiting(closed());
    this.#wakeWhoWaits(); // for jobs of workers that cannot be ended
    await this.#supervisor.terminate();
  }

  // ── workers that take requests for themselves ──────────────────────────────────────────────────────────

  setTaking(isTaking: boolean): void {
    this.#supervisor.setTaking(isTaking);
  }

  async finish(): Promise<void> {
    await this.#supervisor.takeLast();
  }

  /** @see Supervisor.takeAnew */
  takeAnew(): void {
    this.#supervisor.takeAnew();
  }

  release(): void {
    if (this.#accepting === undefined) return;
    this.#supervisor.release();
    this.#accepting.requests.end();
  }

  #acceptSpec(): AcceptSpec | undefined {
    if (this.#accepting === undefined) return undefined;
    const { requests, sharing, fileno } = this.#accepting;
    const accepted = requests.begin();
    return { accepted, terms: { row: accepted.row, sharing }, memory: requests.buffer, fd: fileno() };
  }

  #changed(worker: Worker): void {
    this.#supervisor.settled(worker);
    this.#supervisor.adjust();
    this.#accepting?.requests.changed();
  }

  // ── dispatching ─────────────────────────────────────────────────────────────────────────────────────────

  #batchWaiting(): void {
    if (this.#waiting.length > 0) this.#batcher.add();
  }

  /** Overload is decided here: a job goes to the worker that has the fewest, or waits its turn. */
  #dispatch(): void {
    const workers = this.#unflushed;
    this.#unflushed = new Set();
    for (;;) {
      const worker = this.#waiting.length === 0 ? undefined : this.#supervisor.leastBusy();
      const job = worker === undefined ? undefined : this.#waiting.shift();
      if (worker === undefined || job === undefined) break;
      if (this.#give(job, worker)) workers.add(worker);
    }
    for (const worker of workers) worker.flush();
    this.#supervisor.dispatched(workers);
    if (this.#waiting.length > 0) this.#supervisor.adjust();
  }

  #give(job: Job, worker: Worker): boolean {
    try {
      if (job.closedBy !== undefined) throw job.closedBy;
      worker.dispatch(job);
      return true;
    } catch (error) {
      this.#refuse(job, error);
      return false;
    }
  }

  // ── what becomes of jobs ────────────────────────────────────────────────────────────────────────────────

  #settled(worker: Worker): void {
    this.#countOut();
    this.#supervisor.settled(worker);
    this.#batchWaiting();
  }

  #requeued(worker: Worker, jobs: readonly Job[]): void {
    this.#requeue(jobs, closed());
    this.#supervisor.settled(worker);
  }

  #takeBack(error: Error, { started, notStarted, taken }: Unfinished): void {
    for (let left = taken; left > 0; left--) this.#onFailure(error);
    this.#accepting?.requests.changed();
    for (const job of started) {
      job.fail(error);
      this.#countOut();
    }
    this.#requeue(notStarted, error);
  }

  /** What was not started goes to another worker, before all that came later. @param error - for what cannot */
  #requeue(jobs: readonly Job[], error: Error): void {
    for (const job of jobs) {
      if (job.canMove && !this.#isEnding) {
        this.#waiting.push(job);
        this.#redispatched++;
      } else {
        this.#refuse(job, this.#isEnding ? closed() : error);
      }
    }
    this.#waiting.sort((one, other) => one.order - other.order);
    this.#batchWaiting();
  }

  #refuseWaiting(error: Error): void {
    for (const job of this.#waiting.splice(0)) this.#refuse(job, error);
  }

  #refuse(job: Job, error: unknown): void {
    job.refuse(error);
    this.#countOut();
  }

  #countOut(): void {
    this.#jobs--;
    if (this.#jobs === 0) this.#wakeWhoWaits();
  }

  #wakeWhoWaits(): void {
    for (const resolve of this.#whenIdle.splice(0)) resolve();
  }
}
