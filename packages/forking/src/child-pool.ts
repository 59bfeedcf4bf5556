import { setTimeout as delay } from 'node:timers/promises';
import { Child, MOST_AT_ONCE, type ChildOptions, type ChildOwner } from './child.js';
import { Crew } from './crew.js';
import { childStart, closed, closedWhileStarting } from './errors.js';
import { isOpen, type Job } from './job.js';
import type { PoolSize } from './pool-size.js';
import { START_ATTEMPTS, StartBackoff, waitAfter } from './start-backoff.js';
import { Wear } from './wear.js';

export interface ChildPoolOptions {
  /** Read anew each time, so that the fields may be changed while the server runs. */
  size(): PoolSize;
  readonly child: ChildOptions;
  onShutdown(): void;
  /** A failure that belongs to no request. */
  onFailure(error: unknown): void;
}

/** The children of one server, and the requests that wait for one. */
export class ChildPool implements ChildOwner {
  readonly #options: ChildPoolOptions;
  readonly #crew = new Crew();
  readonly #wear: Wear;
  readonly #backoff = new StartBackoff();
  /** Requests that wait for a child, oldest first. */
  #waiting: Job[] = [];
  #isDispatching = false;
  #nextId = 1;
  #redispatched = 0;
  /** `draining`: it takes no request any more; `ending`: it has none left, or is not to finish them. */
  #state: 'starting' | 'open' | 'draining' | 'ending' = 'starting';
  #aborted: { reason: unknown } | undefined;

  constructor(options: ChildPoolOptions) {
    this.#options = options;
    this.#wear = new Wear(() => options.size());
  }

  get pids(): number[] {
    return this.#crew.all.map(({ pid }) => pid).filter((pid) => pid !== undefined);
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
    if (this.#state !== 'starting') throw closedWhileStarting();
    const failures = results.filter((result) => result.status === 'rejected');
    const [first] = failures;
    if (failures.length === results.length || (first && !isStartFailure(first.reason))) throw first?.reason;
    this.#state = 'open';
    this.adjust();
    if (first !== undefined) this.#options.onFailure(first.reason);
  }

  /** Gives up starting: the server is closed before it has listened. */
  cancelStart(): void {
    if (this.#state === 'starting') void this.end();
  }

  /** Runs a request in a child; settles when it has ended. */
  run(request: Job['request'], clientAddress: Job['clientAddress']): Promise<void> {
    if (this.#state !== 'open') return Promise.reject(closed());
    return new Promise((resolve, reject) => {
      this.#waiting.push({ id: this.#nextId++, request, clientAddress, resolve, reject });
      this.#dispatch();
    });
  }

  abort(reason: unknown): void {
    this.#aborted ??= { reason };
    for (const child of this.#crew.all) child.abort(reason);
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
    for (const child of this.#crew.all) void child.end();
    await this.#allEnded();
  }

  // ── what a child tells ──────────────────────────────────────────────────────────────────────────────────

  freed(child: Child): void {
    if (child.load === 0 && this.#crew.roleOf(child) === 'retiring') void child.end();
    if (child.load === 0 && this.#wear.isSpent(child)) this.#retire(child);
    this.#dispatch();
    this.#endIfDrained();
  }

  returned(_child: Child, jobs: readonly Job[]): void {
    this.#redispatched += jobs.length;
    this.#waiting = [...jobs, ...this.#waiting].sort((a, b) => a.id - b.id);
    if (this.#state === 'ending') this.#rejectWaiting(closed());
    else this.#dispatch();
  }

  silent(child: Child): void {
    if (this.#crew.roleOf(child) !== 'serving') return;
    this.#crew.assign(child, 'silent');
    this.adjust();
  }

  answered(child: Child): void {
    if (this.#crew.roleOf(child) === 'silent') this.#retire(child);
  }

  leaving(child: Child): void {
    this.#retire(child);
  }

  ended(child: Child): void {
    if (this.#crew.roleOf(child) === 'starting') return; // its start has failed, which is seen to there
    this.#crew.remove(child);
    this.adjust();
    this.#endIfDrained();
  }

  shutdown(): void {
    this.#options.onShutdown();
  }

  // ── giving requests to children ─────────────────────────────────────────────────────────────────────────

  /**
   * At the end of a turn of the event loop in which none has come, so that a child is told of several at once:
   * libuv accepts one connection a turn.
   */
  #dispatch(): void {
    if (this.#waiting.length === 0 || this.#isDispatching) return;
    this.#isDispatching = true;
    setImmediate(() => this.#giveOrGather(0));
  }

  #giveOrGather(before: number): void {
    const { length } = this.#waiting;
    if (length > before && length < MOST_AT_ONCE) {
      setImmediate(() => this.#giveOrGather(length));
      return;
    }
    this.#isDispatching = false;
    this.#giveWaiting();
  }

  #giveWaiting(): void {
    const given = new Set<Child>();
    while (this.#waiting.length > 0) {
      const child = this.#leastBusy();
      if (child === undefined) break;
      const job = this.#waiting.shift();
      if (job === undefined) break;
      if (!isOpen(job)) {
        job.reject(closed());
        continue;
      }
      child.give(job);
      given.add(child);
    }
    for (const child of given) child.flush();
    for (const child of given) if (this.#wear.isWorn(child)) this.adjust();
    this.#endIfDrained();
  }

  #leastBusy(): Child | undefined {
    const { requestsPerChild } = this.#options.size();
    let best: Child | undefined;
    for (const [child, role] of this.#crew) {
      if (role !== 'serving' || !child.hasRoom || child.load >= requestsPerChild) continue;
      if (this.#wear.isSpent(child)) continue;
      if (best === undefined || child.load < best.load) best = child;
    }
    return best;
  }

  #rejectWaiting(error: unknown): void {
    for (const job of this.#waiting.splice(0)) job.reject(error);
  }

  // ── how many children there are ─────────────────────────────────────────────────────────────────────────

  /** Brings the number of children to what is wanted now, and replaces those that are worn. */
  adjust(): void {
    if (this.#state === 'starting' || this.#state === 'ending') return;
    const { maxChildren, standbyChildren } = this.#options.size();
    for (const child of this.#crew.in('serving').slice(maxChildren)) this.#assignRetiring(child);
    for (const child of this.#crew.in('serving').filter((one) => this.#wear.isWorn(one))) {
      if (this.#crew.count('standby') === 0) break;
      this.#assignRetiring(child);
      this.#promote();
    }
    while (this.#crew.count('serving') < maxChildren && this.#crew.count('standby') > 0) this.#promote();
    const worn = this.#crew.in('serving').filter((one) => this.#wear.isWorn(one)).length;
    for (const child of this.#crew.in('standby').slice(standbyChildren)) this.#assignRetiring(child);
    // Silent children still use memory: no more of them are replaced than there are children wanted.
    const wanted = maxChildren + standbyChildren - Math.max(0, this.#crew.count('silent') - maxChildren);
    const there = ['starting', 'standby', 'serving'] as const;
    let missing = wanted + worn;
    for (const role of there) missing -= this.#crew.count(role);
    if (!this.#backoff.isWaiting) for (; missing > 0; missing--) void this.#startOne();
    this.#dispatch();
  }

  #promote(): void {
    const [child] = this.#crew.in('standby');
    if (child === undefined) return;
    this.#wear.begin(child);
    this.#crew.assign(child, 'serving');
  }

  #retire(child: Child): void {
    this.#assignRetiring(child);
    this.adjust();
  }

  #assignRetiring(child: Child): void {
    this.#crew.assign(child, 'retiring');
    if (child.load === 0) void child.end();
  }

  // ── starting children ───────────────────────────────────────────────────────────────────────────────────

  async #startFirst(): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        await this.#spawn();
        return;
      } catch (error) {
        if (attempt === START_ATTEMPTS || !isStartFailure(error)) throw error;
        await delay(waitAfter(attempt));
        if (this.#state !== 'starting') throw error;
      }
    }
  }

  async #startOne(): Promise<void> {
    try {
      await this.#spawn();
      this.#backoff.succeeded();
      this.adjust();
    } catch (error) {
      this.#startFailed(error);
    }
  }

  async #spawn(): Promise<void> {
    const child = this.#fork();
    this.#crew.assign(child, 'starting');
    try {
      await child.started;
    } catch (error) {
      if (child.hasEnded) {
        this.#crew.remove(child);
      } else {
        this.#crew.assign(child, 'retiring');
        child.kill();
      }
      throw error;
    }
    this.#crew.assign(child, 'standby');
    if (this.#aborted !== undefined) child.abort(this.#aborted.reason);
  }

  #fork(): Child {
    try {
      return new Child(this.#options.child, this);
    } catch (error) {
      throw childStart((error as Error).message, error);
    }
  }

  /** Tells of it once a spell; where no child is left, whoever waits is told too, and not left hanging. */
  #startFailed(error: unknown): void {
    if (this.#state === 'ending' || this.#backoff.isWaiting) return;
    this.#backoff.failed(() => this.adjust());
    if (this.#backoff.failures === START_ATTEMPTS) this.#options.onFailure(error);
    if (this.#backoff.failures >= START_ATTEMPTS && this.#crew.count('serving') === 0)
      this.#rejectWaiting(error);
    this.#endIfDrained();
  }

  // ── the end ─────────────────────────────────────────────────────────────────────────────────────────────

  #endIfDrained(): void {
    if (this.#state !== 'draining' || this.#waiting.length > 0) return;
    if (this.#crew.all.some((child) => child.inFlight > 0)) return;
    this.#stop();
    for (const child of this.#crew.all) this.#assignRetiring(child);
  }

  #stop(): void {
    this.#state = 'ending';
    this.#backoff.stop();
  }

  async #allEnded(): Promise<void> {
    while (this.#crew.all.length > 0) await Promise.all(this.#crew.all.map((child) => child.ended));
  }
}

/** A child that could not start may start the next time; a module that throws will throw again. */
function isStartFailure(error: unknown): boolean {
  return (error as { code?: unknown } | undefined)?.code === 'ERR_SOCKETSERVER_CHILD_START';
}
