/** Starts that may fail in a row before somebody is told. */
export const START_ATTEMPTS = 3;
/** A failed start is tried again after this many milliseconds, then after twice as many, and so on. */
const FIRST_WAIT_MS = 100;
const MAX_WAIT_MS = 1_000;
/** A worker that has lived for so long is no failed start, whatever becomes of it. */
const PROVEN_MS = 10_000;

/** The wait after the failed start that is number `failures` in a row, in ms. */
export function waitAfter(failures: number): number {
  return Math.min(MAX_WAIT_MS, FIRST_WAIT_MS * 2 ** (failures - 1));
}

/**
 * Failed starts in a row, while the server runs. A worker that ends before its first request counts as one: a module that
 * kills every worker must not be started without a pause.
 */
export class StartBackoff {
  #failures = 0;
  /** When the first of these failures was counted. */
  #since = 0;
  #wasKilled = false;
  #timer: NodeJS.Timeout | undefined;

  /** Whether nothing is to be started now. */
  get isWaiting(): boolean {
    return this.#timer !== undefined;
  }

  /** How many times in a row starting has failed; several workers that fail together count once. */
  get failures(): number {
    return this.#failures;
  }

  /** Whether a worker that ends before its first request counts as a failed start. */
  counts({ startedAt }: { startedAt: number }): boolean {
    return performance.now() - startedAt < PROVEN_MS;
  }

  /** A worker has served. One that was started before the first failure is no sign that others would. */
  proven({ startedAt }: { startedAt: number }): void {
    if (startedAt > this.#since) this.#failures = 0;
  }

  /** Another module is loaded. */
  reset(): void {
    this.#failures = 0;
    this.stop();
  }

  /** Somebody has killed the worker, which says nothing against the next one: the wait stays short. */
  killed(): void {
    this.#wasKilled = true;
  }

  /** @param retry - called when the wait is over */
  failed(retry: () => void): void {
    if (this.isWaiting) return;
    if (this.#failures === 0) this.#since = performance.now();
    this.#failures++;
    const waitMs = waitAfter(this.#wasKilled ? 1 : this.#failures);
    this.#wasKilled = false;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      retry();
    }, waitMs);
    this.#timer.unref();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
