import { threadsFailed } from './errors.js';

/** So many threads in a row may die without having begun a request; after that none is started in their place. */
const MAX_IN_A_ROW = 3;
/** After this it is worth another try. */
const RETRY_MS = 10_000;

/**
 * Counts the threads that died before their first request. A module that kills every thread it is loaded in must
 * end in an error, not in an endless row of threads.
 */
export class BarrenDeaths {
  readonly #onRetry: () => void;
  #inARow = 0;
  /** When the first one was counted. */
  #firstAt: number | undefined;
  #isReported = false;
  #cause: unknown;
  #timer: NodeJS.Timeout | undefined;

  /** @param onRetry - called when another thread may be started again */
  constructor(onRetry: () => void) {
    this.#onRetry = onRetry;
  }

  /** Whether another thread would only die as well. */
  get areTooMany(): boolean {
    return this.#inARow >= MAX_IN_A_ROW;
  }

  /** @returns the error to report, once until a thread has served again */
  count(cause: unknown): Error | undefined {
    this.#inARow++;
    this.#firstAt ??= performance.now();
    this.#cause = cause;
    if (!this.areTooMany) return undefined;
    this.#timer ??= setTimeout(() => this.#retry(), RETRY_MS).unref();
    if (this.#isReported) return undefined;
    this.#isReported = true;
    return this.error();
  }

  /** A thread has served. One that was started before the first death is no sign that others would. */
  served(startedAt: number): void {
    if (this.#firstAt !== undefined && startedAt > this.#firstAt) this.reset();
  }

  /** Another module is loaded. */
  reset(): void {
    this.#firstAt = undefined;
    this.#isReported = false;
    this.#forget();
  }

  /** Nothing is to be started any more. */
  stop(): void {
    this.#forget();
  }

  error(): Error {
    return threadsFailed(this.#inARow, this.#cause);
  }

  #retry(): void {
    this.#forget();
    this.#onRetry();
  }

  #forget(): void {
    this.#inARow = 0;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
