/** Starts that may fail one after the other before somebody is told. */
export const START_ATTEMPTS = 3;
/** A failed start is tried again after this many milliseconds, then after twice as many, and so on. */
const FIRST_WAIT_MS = 100;
const MAX_WAIT_MS = 1_000;

/** The wait after a failed start that is number `failures` in a row, in ms. */
export function waitAfter(failures: number): number {
  return Math.min(MAX_WAIT_MS, FIRST_WAIT_MS * 2 ** (failures - 1));
}

/** Spells of failed starts, while the server runs. */
export class StartBackoff {
  #failures = 0;
  #wasKilled = false;
  #timer: NodeJS.Timeout | undefined;

  /** Whether nothing is to be started now. */
  get isWaiting(): boolean {
    return this.#timer !== undefined;
  }

  /** How many times in a row starting has failed; several children that fail together count once. */
  get failures(): number {
    return this.#failures;
  }

  succeeded(): void {
    this.#failures = 0;
  }

  /** Somebody has killed a child that was starting: that says nothing against the next start, so the wait stays short. */
  killed(): void {
    this.#wasKilled = true;
  }

  /** @param retry - called when the wait is over */
  failed(retry: () => void): void {
    if (this.isWaiting) return;
    this.#failures++;
    this.#timer = setTimeout(
      () => {
        this.#timer = undefined;
        retry();
      },
      waitAfter(this.#wasKilled ? 1 : this.#failures),
    );
    this.#wasKilled = false;
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
