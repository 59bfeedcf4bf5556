/** Requests may come ahead of an even pace by as many as fit into this time: a handful at once is no flood. */
const BURST_MS = 100;

/** Keeps requests to a number per second (the generic cell rate algorithm: one time stamp, whatever the rate). */
export class AcceptRate {
  /** When the next request would come at an even pace. */
  #dueAt = -Infinity;

  /** @returns the milliseconds until another request may be taken; 0: now */
  waitMs(now: number): number {
    return Math.max(0, this.#dueAt - now - BURST_MS);
  }

  took(perSecond: number, now: number): void {
    this.#dueAt = Math.max(this.#dueAt, now) + 1_000 / perSecond;
  }
}
