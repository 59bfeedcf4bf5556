import type { RequestThread } from './request-thread.js';

export interface ThreadWearOptions {
  /** 0: no limit. */
  maxRequestsPerThread: number;
  maxRequestsJitter: number;
  /** Bytes; 0: no limit. */
  maxWorkerRss: number;
}

/** Which threads have had their share of requests, or have grown too large, and are to be replaced. */
export class ThreadWear {
  readonly #options: ThreadWearOptions;
  /** After how many requests each is worn: the jitter keeps them from being replaced all at once. */
  readonly #limits = new WeakMap<RequestThread, number>();

  constructor(options: ThreadWearOptions) {
    this.#options = options;
  }

  isWorn(thread: RequestThread): boolean {
    const { maxRequestsPerThread, maxWorkerRss } = this.#options;
    if (maxRequestsPerThread > 0 && thread.posted >= this.#limitOf(thread)) return true;
    // One that is too large before its first request would be followed by another such one, without end.
    return maxWorkerRss > 0 && thread.memory > maxWorkerRss && thread.posted > 0;
  }

  #limitOf(thread: RequestThread): number {
    const { maxRequestsPerThread, maxRequestsJitter } = this.#options;
    const limit =
      this.#limits.get(thread) ?? maxRequestsPerThread + Math.floor(Math.random() * (maxRequestsJitter + 1));
    this.#limits.set(thread, limit);
    return limit;
  }
}
