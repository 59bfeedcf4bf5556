import type { Child } from './child.js';
import type { PoolSize } from './pool-size.js';

/** Which children have had their share of requests or memory, and are to be replaced. */
export class Wear {
  readonly #size: () => PoolSize;
  /** For each serving child, after how many requests it is worn; the jitter makes it differ. */
  readonly #limits = new WeakMap<Child, number>();

  constructor(size: () => PoolSize) {
    this.#size = size;
  }

  /** The child begins to serve. */
  begin(child: Child): void {
    const { maxRequestsPerChild, maxRequestsJitter } = this.#size();
    const jitter = Math.floor(Math.random() * (maxRequestsJitter + 1));
    this.#limits.set(child, maxRequestsPerChild === 0 ? Infinity : maxRequestsPerChild + jitter);
  }

  /** It is replaced as soon as a replacement is ready, and goes on until then. */
  isWorn(child: Child): boolean {
    if (child.served === 0 || this.isSpent(child)) return false;
    const { maxWorkerRss } = this.#size();
    return (
      child.served >= (this.#limits.get(child) ?? Infinity) || (maxWorkerRss > 0 && child.rss > maxWorkerRss)
    );
  }

  /**
   * A process for every request means just that: it gets no other. It keeps its place until its request has
   * ended, for `maxChildren` is how many run at once.
   */
  isSpent(child: Child): boolean {
    return this.#size().maxRequestsPerChild === 1 && child.served >= 1;
  }
}
