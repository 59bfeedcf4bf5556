import { threadsFailed } from './errors.js';

/** So many threads in a row may die without having begun a request; after that none is started in their place. */
const MAX_IN_A_ROW = 3;

/** After this, a request that finds no thread is worth another try. */
const RETRY_MS = 10_000;

/**
 * Counts the threads that died before their first request. A module that kills every thread it is loaded in must
 * end in an error, not in an endless row of threads.
 */
export class BarrenDeaths {
  #inARow = 0;
  #cause: unknown;
  #lastAt = 0;

  /** @returns the error to report, at the death that is one too many */
  count(cause: unknown): Error | undefined {
    this.#inARow++;
    this.#cause = cause;
    this.#lastAt = performance.now();
    return this.#inARow === MAX_IN_A_ROW ? this.error() : undefined;
  }

  /** A thread has served. */
  reset(): void {
    this.#inARow = 0;
  }

  /** Whether another thread would only die as well. */
  areTooMany(): boolean {
    if (this.#inARow >= MAX_IN_A_ROW && performance.now() - this.#lastAt > RETRY_MS) this.reset();
    return this.#inARow >= MAX_IN_A_ROW;
  }

  error(): Error {
    return threadsFailed(this.#inARow, this.#cause);
  }
}
