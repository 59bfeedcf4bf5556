import type { Job } from '@socketserver/core/workers';

interface InFlight {
  readonly job: Job;
  /** When, in ms of the monotonic clock, the child leaves it alone. */
  readonly deadline: number;
}

/** The requests that one child was sent and has not acknowledged, by their ids, oldest first. */
export class InFlightRequests {
  readonly #requests = new Map<number, InFlight>();

  get size(): number {
    return this.#requests.size;
  }

  /** The deadline of the oldest. */
  get firstDeadline(): number | undefined {
    for (const { deadline } of this.#requests.values()) return deadline;
    return undefined;
  }

  has(id: number): boolean {
    return this.#requests.has(id);
  }

  add(id: number, request: InFlight): void {
    this.#requests.set(id, request);
  }

  /** @returns undefined if it is not, or no more, in flight */
  remove(id: number): Job | undefined {
    const request = this.#requests.get(id);
    this.#requests.delete(id);
    return request?.job;
  }

  /** The ids of those whose deadline was before `time`. */
  lateAt(time: number): number[] {
    return [...this.#requests].filter(([, { deadline }]) => deadline <= time).map(([id]) => id);
  }
}
