import { ChildFleet } from './child-fleet.js';
import { MOST_AT_ONCE, type Child, type ChildOptions, type ChildOwner } from './child.js';
import { closed } from './errors.js';
import { whyClosed, type Job } from './job.js';
import type { PoolSize } from './pool-size.js';

export interface ChildPoolOptions {
  /** Read anew each time, so that the fields may be changed while the server runs. */
  size(): PoolSize;
  /** What a new child is started with. Read by `start` and `reload`. */
  child(): ChildOptions;
  onShutdown(): void;
  /** A failure that belongs to no request. */
  onFailure(error: unknown): void;
}

/** The requests of one server, those that wait and those that children have. */
export class ChildPool implements ChildOwner {
  readonly #options: ChildPoolOptions;
  readonly #fleet: ChildFleet;
  /** Requests that wait for a child, oldest first. */
  #waiting: Job[] = [];
  #isDispatching = false;
  #nextId = 1;
  #redispatched = 0;
  /** `draining`: it takes no request any more; `ending`: it has none left, or is not to finish them. */
  #state: 'open' | 'draining' | 'ending' = 'open';

  constructor(options: ChildPoolOptions) {
    this.#options = options;
    this.#fleet = new ChildFleet({
      ...options,
      owner: this,
      onChange: () => this.#dispatch(),
      onNoneStarts: (error) => this.#rejectWaiting(error),
    });
  }

  get pids(): number[] {
    const running = this.#fleet.all.filter(({ isRunning }) => isRunning);
    return running.map(({ pid }) => pid).filter((pid) => pid !== undefined);
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /** Requests that were given to another child, because the first one did not begin them. */
  get redispatched(): number {
    return this.#redispatched;
  }

  /** Resolves when every child has loaded the handler, or, if some cannot start, when the others have. */
  start(): Promise<void> {
    return this.#fleet.start();
  }

  /** Gives up starting: the server is closed before it listens. */
  cancelStart(): void {
    if (this.#fleet.isStarting) void this.end();
  }

  /** @see ChildFleet.reload */
  reload(): Promise<void> {
    return this.#fleet.reload();
  }

  /** Brings the number of children to what is wanted now. */
  adjust(): void {
    this.#fleet.adjust();
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
    this.#fleet.abort(reason);
  }

  /** Takes no request any more, and ends every child when all requests have ended. */
  async end(): Promise<void> {
    if (this.#state !== 'ending') this.#state = 'draining';
    this.#endIfDrained();
    await this.#fleet.allEnded();
  }

  /** Ends every child with its requests: SIGTERM, then SIGKILL. */
  async kill(): Promise<void> {
    this.#state = 'ending';
    this.#rejectWaiting(closed());
    this.#fleet.kill();
    await this.#fleet.allEnded();
  }

  // ── what a child tells ──────────────────────────────────────────────────────────────────────────────────

  freed(child: Child): void {
    this.#fleet.freed(child);
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
    this.#fleet.silent(child);
  }

  answered(child: Child): void {
    this.#fleet.answered(child);
  }

  leaving(child: Child): void {
    this.#fleet.retire(child);
  }

  ended(child: Child): void {
    this.#fleet.ended(child);
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
    this.#endIfDrained();
  }

  #giveWaiting(): void {
    const given = new Set<Child>();
    while (this.#waiting.length > 0) {
      const child = this.#fleet.leastBusy();
      if (child === undefined) break;
      const job = this.#waiting.shift();
      if (job === undefined) break;
      const closedBy = whyClosed(job);
      if (closedBy !== undefined) {
        job.reject(closedBy);
        continue;
      }
      child.give(job);
      given.add(child);
    }
    for (const child of given) child.flush();
    this.#fleet.wereGiven(given);
  }

  #rejectWaiting(error: unknown): void {
    for (const job of this.#waiting.splice(0)) job.reject(error);
    this.#endIfDrained();
  }

  #endIfDrained(): void {
    if (this.#state !== 'draining' || this.#waiting.length > 0) return;
    if (this.#fleet.all.some((child) => child.inFlight > 0)) return;
    this.#state = 'ending';
    this.#fleet.end();
  }
}
