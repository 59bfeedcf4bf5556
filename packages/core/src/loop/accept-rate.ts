/** What comes so late after its turn is let through on top of the pace: timers are late, and the loop may have been busy. */
const LATE_MS = 10;

/**
 * Keeps requests to a number per second, at an even pace, from the first second on (the generic cell rate algorithm: one
 * time stamp, whatever the rate). Quiet times are not saved up.
 */
export class AcceptRate {
  /** When the next request may be taken. */
  #dueAt = -Infinity;

  /** @returns the milliseconds until another request may be taken; 0: now */
  waitMs(now: number): number {
    return Math.max(0, this.#dueAt - now);
  }

  took(perSecond: number, now: number): void {
    const isLate = now - this.#dueAt <= LATE_MS;
    this.#dueAt = (isLate ? this.#dueAt : now) + 1_000 / perSecond;
  }
}
