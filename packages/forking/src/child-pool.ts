import { setTimeout as delay } from 'node:timers/promises';
import { Child, type ChildOptions, type ChildOwner } from './child.js';
import { childStart, closed } from './errors.js';
import { isOpen } from './hand-over.js';
import type { Job } from './job.js';
import type { PoolSize } from './pool-size.js';

/** Starts that may fail one after the other before the waiting requests are told why. */
const START_ATTEMPTS = 3;
/** A failed start is tried again after this many milliseconds, then after twice as many, and so on. */
const FIRST_BACKOFF_MS = 100;
const MAX_BACKOFF_MS = 5_000;

export interface ChildPoolOptions {
  /** Read anew each time, so that the fields may be changed while the server runs. */
  size(): PoolSize;
  readonly child: ChildOptions;
  /** How many requests may be on their way to one child, unacknowledged. */
  readonly inFlight: number;
  onShutdown(): void;
  /** A failure that belongs to no request. */
  onFailure(error: unknown): void;
}

/**
 * The children of one server, and the requests that wait for one.
 *
 * A child is *starting*, then a *standby*, then *serving*, then *retiring*: it takes nothing more, and is ended
 * when its requests are. A serving child that stops acknowledging is *silent*: it is replaced, and retires when
 * it answers again.
 */
export class ChildPool implements ChildOwner {
  readonly #options: ChildPoolOptions;
  readonly #starting = new Set<Child>();
  readonly #standby: Child[] = [];
  readonly #serving = new Set<Child>();
  readonly #silent = new Set<Child>();
  readonly #retiring = new Set<Child>();
  /** Requests that wait for a child, oldest first. */
  #waiting: Job[] = [];
  /** For each serving child, after how many requests it is worn; the jitter makes it differ. */
  readonly #limits = new WeakMap<Child, number>();
  #nextId = 1;
  #redispatched = 0;
  #failedStarts = 0;
  #retry: NodeJS.Timeout | undefined;
  /** `draining`: it takes no request any more; `ending`: it has none left, or is not to finish them. */
  #state: 'starting' | 'open' | 'draining' | 'ending' = 'starting';
  #aborted: { reason: unknown } | undefined;

  constructor(options: ChildPoolOptions) {
    this.#options = options;
  }

  get pids(): number[] {
    return this.#all.map(({ pid }) => pid).filter((pid) => pid !== undefined);
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /** Requests that were given to another child, because the first one did not begin them. */
  get redispatched(): number {
    return this.#redispatched;
  }

  /** Resolves when every child has loaded the handler, or, if some cannot start, when the others have. */
  async start(): Promise<void> {
    const { maxChildren, standbyChildren } = this.#options.size();
    const starts = Array.from({ length: maxChildren + standbyChildren }, () => this.#startFirst());
    const results = await Promise.allSettled(starts);
    if (this.#state === 'starting') this.#state = 'open';
    this.adjust();
    const failures = results.filter((result) => result.status === 'rejected');
    const [first] = failures;
    if (first === undefined) return;
    if (failures.length === results.length || !isStartFailure(first.reason)) throw first.reason;
    this.#options.onFailure(first.reason);
  }

  /** Runs a request in a child; settles when it has ended. */
  run(request: Job['request'], clientAddress: Job['clientAddress']): Promise<void> {
    if (this.#state !== 'open') return Promise.reject(closed());
    return new Promise((resolve, reject) => {
      this.#waiting.push({ id: this.#nextId++, request, clientAddress, resolve, reject });
      this.#dispatch();
    });
  }

  /** Brings the number of children to what is wanted now. */
  adjust(): void {
    if (this.#state === 'ending') return;
    const { maxChildren, standbyChildren } = this.#options.size();
    for (const child of [...this.#serving].slice(maxChildren)) this.#retire(child);
    while (this.#serving.size < maxChildren && this.#standby.length > 0) this.#promote();
    for (const child of this.#standby.splice(standbyChildren)) this.#retire(child);
    // Silent children still use memory: no more of them are replaced than there are children wanted.
    const wanted = maxChildren + standbyChildren - Math.max(0, this.#silent.size - maxChildren);
    let missing =
      wanted + this.#wornCount() - this.#serving.size - this.#standby.length - this.#starting.size;
    if (this.#state === 'starting' || this.#retry !== undefined) missing = 0;
    for (; missing > 0; missing--) this.#startOne();
  }

  abort(reason: unknown): void {
    this.#aborted ??= { reason };
    for (const child of this.#all) child.abort(reason);
  }

  /** Takes no request any more, and ends every child when all requests have ended. */
  async end(): Promise<void> {
    if (this.#state !== 'ending') this.#state = 'draining';
    this.#endIfDrained();
    await this.#allEnded();
  }

  /** Ends every child with its requests: SIGTERM, then SIGKILL. */
  async kill(): Promise<void> {
    this.#stop();
    this.#rejectWaiting(closed());
    for (const child of this.#all) void child.end();
    await this.#allEnded();
  }

  // ── what a child tells ──────────────────────────────────────────────────────────────────────────────────

  freed(child: Child): void {
    if (this.#retiring.has(child)) this.#endIfDone(child);
    else if (this.#isSpent(child) && child.load === 0) this.#retire(child);
    this.#dispatch();
    this.#endIfDrained();
  }

  returned(jobs: readonly Job[]): void {
    this.#redispatched += jobs.length;
    this.#waiting = [...jobs, ...this.#waiting].sort((a, b) => a.id - b.id);
    if (this.#state === 'ending') this.#rejectWaiting(closed());
    else this.#dispatch();
  }

  silent(child: Child): void {
    if (!this.#serving.delete(child)) return;
    this.#silent.add(child);
    this.adjust();
    this.#dispatch();
  }

  answered(child: Child): void {
    if (this.#silent.delete(child)) this.#retire(child);
  }

  leaving(child: Child): void {
    this.#retire(child);
    this.adjust();
  }

  ended(child: Child): void {
    if (this.#starting.has(child)) return; // its start has failed, which is seen to there
    for (const group of [this.#serving, this.#silent, this.#retiring]) group.delete(child);
    const at = this.#standby.indexOf(child);
    if (at !== -1) this.#standby.splice(at, 1);
    this.adjust();
    this.#dispatch();
    this.#endIfDrained();
  }

  shutdown(): void {
    this.#options.onShutdown();
  }

  // ── giving requests to children ─────────────────────────────────────────────────────────────────────────

  #dispatch(): void {
    while (this.#waiting.length > 0) {
      const child = this.#leastBusy();
      if (child === undefined) return;
      const job = this.#waiting.shift();
      if (job === undefined) return;
      if (!isOpen(job)) job.reject(closed());
      else this.#give(child, job);
    }
  }

  #give(child: Child, job: Job): void {
    child.give(job);
    if (this.#isWorn(child)) this.#replace(child);
  }

  #leastBusy(): Child | undefined {
    const { requestsPerChild } = this.#options.size();
    let best: Child | undefined;
    for (const child of this.#serving) {
      if (child.inFlight >= this.#options.inFlight || child.load >= requestsPerChild) continue;
      if (!child.isReady || this.#isSpent(child)) continue;
      if (best === undefined || child.load < best.load) best = child;
    }
    return best;
  }

  // ── the life of a child ─────────────────────────────────────────────────────────────────────────────────

  get #all(): Child[] {
    return [...this.#starting, ...this.#standby, ...this.#serving, ...this.#silent, ...this.#retiring];
  }

  async #startFirst(): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        await this.#spawn();
        return;
      } catch (error) {
        if (attempt === START_ATTEMPTS || !isStartFailure(error) || this.#state !== 'starting') throw error;
        await delay(FIRST_BACKOFF_MS * 2 ** (attempt - 1));
      }
    }
  }

  #startOne(): void {
    this.#spawn().then(
      () => {
        this.#failedStarts = 0;
      },
      (error: unknown) => this.#startFailed(error),
    );
  }

  async #spawn(): Promise<void> {
    const child = this.#fork();
    this.#starting.add(child);
    try {
      await child.started;
    } catch (error) {
      this.#starting.delete(child);
      if (!child.hasEnded) {
        this.#retiring.add(child);
        child.kill();
      }
      throw error;
    }
    this.#starting.delete(child);
    this.#standby.push(child);
    if (this.#aborted !== undefined) child.abort(this.#aborted.reason);
    if (this.#state === 'ending') this.#retire(child);
    this.#replaceWorn();
    this.adjust();
    this.#dispatch();
  }

  #fork(): Child {
    try {
      return new Child(this.#options.child, this);
    } catch (error) {
      throw childStart((error as Error).message, error);
    }
  }

  /** Tells of a failure once a spell; where no child is left, whoever waits is told, not left hanging. */
  #startFailed(error: unknown): void {
    if (this.#state === 'ending') return;
    this.#failedStarts++;
    if (this.#failedStarts >= START_ATTEMPTS && this.#serving.size === 0) {
      if (this.#waiting.length > 0) this.#rejectWaiting(error);
      else if (this.#failedStarts === START_ATTEMPTS) this.#options.onFailure(error);
    }
    if (this.#retry !== undefined) return;
    const wait = Math.min(MAX_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** (this.#failedStarts - 1));
    this.#retry = setTimeout(() => {
      this.#retry = undefined;
      this.adjust();
    }, wait);
  }

  #promote(): void {
    const child = this.#standby.shift();
    if (child === undefined) return;
    const { maxRequestsPerChild, maxRequestsJitter } = this.#options.size();
    const jitter = Math.floor(Math.random() * (maxRequestsJitter + 1));
    this.#limits.set(child, maxRequestsPerChild === 0 ? Infinity : maxRequestsPerChild + jitter);
    this.#serving.add(child);
  }

  /** Whether a child has had its share of requests. */
  #isWorn(child: Child): boolean {
    return child.served >= (this.#limits.get(child) ?? Infinity);
  }

  /** A process for every request means just that; a higher limit is kept as soon as a replacement is ready. */
  #isSpent(child: Child): boolean {
    return this.#options.size().maxRequestsPerChild === 1 && child.served >= 1;
  }

  #wornCount(): number {
    return [...this.#serving].filter((child) => this.#isWorn(child) && !this.#isSpent(child)).length;
  }

  #replace(child: Child): void {
    // A spent child keeps its place until its request has ended: `maxChildren` is how many run at once.
    if (this.#isSpent(child)) return;
    if (this.#standby.length > 0) this.#retire(child);
    this.adjust();
  }

  #replaceWorn(): void {
    for (const child of this.#serving) {
      if (this.#standby.length === 0) return;
      if (!this.#isWorn(child) || this.#isSpent(child)) continue;
      this.#retire(child);
      this.#promote();
    }
  }

  #retire(child: Child): void {
    const at = this.#standby.indexOf(child);
    if (at !== -1) this.#standby.splice(at, 1);
    this.#serving.delete(child);
    this.#starting.delete(child);
    this.#silent.delete(child);
    this.#retiring.add(child);
    this.#endIfDone(child);
    this.adjust();
  }

  #endIfDone(child: Child): void {
    if (child.load === 0) void child.end();
  }

  #endIfDrained(): void {
    if (this.#state !== 'draining' || this.#waiting.length > 0) return;
    if (this.#all.some((child) => child.inFlight > 0)) return;
    this.#stop();
    for (const child of this.#all) this.#retire(child);
  }

  async #allEnded(): Promise<void> {
    while (this.#all.length > 0) await Promise.all(this.#all.map((child) => child.ended));
  }

  #stop(): void {
    this.#state = 'ending';
    clearTimeout(this.#retry);
  }

  #rejectWaiting(error: unknown): void {
    for (const job of this.#waiting.splice(0)) job.reject(error);
  }
}

/** A child that could not start may start the next time; a module that throws will throw again. */
function isStartFailure(error: unknown): boolean {
  return (error as { code?: unknown }).code === 'ERR_SOCKETSERVER_CHILD_START';
}
