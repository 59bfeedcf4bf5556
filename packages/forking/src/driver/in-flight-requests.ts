import type { Job } from '@socketserver/core/workers';

interface InFlight {
  readonly id: number;
  readonly job: Job;
  /** When, in ms of the monotonic clock, the child leaves it alone. */
  readonly deadline: number;
}

/** The requests that one child was sent and has not acknowledged, oldest first: a handful, for it is sent few at once. */
export class InFlightRequests {
  readonly #requests: InFlight[] = [];

  get size(): number {
    return this.#requests.length;
  }

  /** The deadline of the oldest. */
  get firstDeadline(): number | undefined {
    return this.#requests[0]?.deadline;
  }

  has(job: Job): boolean {
    return this.#requests.some((request) => request.job === job);
  }

  add(request: InFlight): void {
    this.#requests.push(request);
  }

  /** @returns undefined if it is not, or no more, in flight */
  remove(id: number): Job | undefined {
    const index = this.#requests.findIndex((request) => request.id === id);
    return index === -1 ? undefined : this.#requests.splice(index, 1)[0]?.job;
  }

  /** The ids of those whose deadline was before `time`. */
  lateAt(time: number): number[] {
    return this.#requests.filter(({ deadline }) => deadline <= time).map(({ id }) => id);
  }
}
