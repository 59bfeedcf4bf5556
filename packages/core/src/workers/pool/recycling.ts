import type { PoolSize } from '../options.js';
import type { Worker } from './worker.js';

/** Which workers have had their share of requests or memory, and are to be replaced. */
export class Recycling {
  readonly #size: () => PoolSize;
  /** A random number from 0 to 1 for each worker: the jitter keeps them from being replaced all at once. */
  readonly #jitters = new WeakMap<Worker, number>();

  constructor(size: () => PoolSize) {
    this.#size = size;
  }

  /** It is replaced as soon as a replacement is ready, and goes on until then. */
  isDue(worker: Worker): boolean {
    // One that is too large before its first request would be followed by another such one, without end.
    if (worker.served === 0 || this.isUsedUp(worker)) return false;
    const { maxWorkerMemory } = this.#size();
    const dueAt = this.dueAt(worker);
    const hasServedEnough = dueAt > 0 && worker.served >= dueAt;
    return hasServedEnough || (maxWorkerMemory > 0 && worker.memoryBytes > maxWorkerMemory);
  }

  /** Requests after which it is due; 0: no limit. */
  dueAt(worker: Worker): number {
    const { maxRequests } = this.#size();
    return maxRequests > 0 ? maxRequests + this.#jitterOf(worker) : 0;
  }

  /**
   * A fresh worker for every request means just that: it gets no other. It keeps its place until its request has ended,
   * for the number of workers is how many requests run at once.
   */
  isUsedUp({ served }: Worker): boolean {
    return served >= 1 && this.#size().maxRequests === 1;
  }

  #jitterOf(worker: Worker): number {
    const jitter = this.#jitters.get(worker) ?? Math.random();
    this.#jitters.set(worker, jitter);
    return Math.floor(jitter * (this.#size().maxRequestsJitter + 1));
  }
}
