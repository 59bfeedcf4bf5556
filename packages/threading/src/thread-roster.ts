import type { RequestThread } from './request-thread.js';

/**
 * The threads that there are. A thread is *serving*; perhaps *worn*, while its replacement starts, and serving still;
 * then *leaving*: it takes nothing more.
 */
export class ThreadRoster {
  readonly #serving = new Set<RequestThread>();
  readonly #worn = new Set<RequestThread>();
  readonly #leaving = new Set<RequestThread>();

  get serving(): ReadonlySet<RequestThread> {
    return this.#serving;
  }

  get leaving(): ReadonlySet<RequestThread> {
    return this.#leaving;
  }

  /** How many have had, or wait for, another in their place. */
  get replaced(): number {
    return this.#leaving.size + this.#worn.size;
  }

  all(): RequestThread[] {
    return [...this.#serving, ...this.#leaving];
  }

  /** The serving thread that has the fewest jobs, if it has fewer than `limit`. */
  leastBusy(limit: number): RequestThread | undefined {
    let found: RequestThread | undefined;
    let fewest = limit;
    for (const thread of this.#serving) {
      if (thread.load >= fewest) continue;
      found = thread;
      fewest = thread.load;
    }
    return found;
  }

  join(thread: RequestThread): void {
    this.#serving.add(thread);
  }

  /** @returns false if it is so marked already */
  markWorn(thread: RequestThread): boolean {
    if (this.#worn.has(thread)) return false;
    this.#worn.add(thread);
    return true;
  }

  /** Its replacement has come, or cannot be had for now. */
  unmarkWorn(thread: RequestThread): void {
    this.#worn.delete(thread);
  }

  leave(thread: RequestThread): void {
    this.#stopServing(thread);
    this.#leaving.add(thread);
  }

  /** It is gone. */
  remove(thread: RequestThread): void {
    this.#stopServing(thread);
    this.#leaving.delete(thread);
  }

  #stopServing(thread: RequestThread): void {
    this.#serving.delete(thread);
    this.#worn.delete(thread);
  }
}
