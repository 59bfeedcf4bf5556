import type { Job } from '@socketserver/core/workers';
import { monotonicMs } from '../monotonic-ms.js';

/**
 * Milliseconds between the moment from which a child leaves a request alone and the one at which it is given to
 * another: no child begins what another one has got.
 */
const MOVE_SLACK_MS = 500;

interface InFlight {
  readonly id: number;
  readonly job: Job;
  /** When, in ms of the monotonic clock, the child leaves it alone. */
  readonly deadline: number;
}

/**
 * The requests that one child was sent and has not acknowledged, oldest first: a handful, for it is sent few at once. One
 * timer for all: the oldest is the first to be late.
 */
export class InFlightRequests {
  readonly #onLate: (ids: readonly number[]) => void;
  readonly #requests: InFlight[] = [];
  #timer: NodeJS.Timeout | undefined;

  /** @param onLate - called with the ids of those that have not been acknowledged in time */
  constructor(onLate: (ids: readonly number[]) => void) {
    this.#onLate = onLate;
  }

  get size(): number {
    return this.#requests.length;
  }

  has(job: Job): boolean {
    return this.#requests.some((request) => request.job === job);
  }

  add(request: InFlight): void {
    this.#requests.push(request);
    this.#startTimer();
  }

  /** @returns undefined if it is not, or no more, in flight */
  remove(id: number): Job | undefined {
    const index = this.#requests.findIndex((request) => request.id === id);
    return index === -1 ? undefined : this.#requests.splice(index, 1)[0]?.job;
  }

  stopTimer(): void {
    clearTimeout(this.#timer);
  }

  #startTimer(): void {
    const [oldest] = this.#requests;
    if (this.#timer !== undefined || oldest === undefined) return;
    // The acknowledgement may be there already, unread because this process was busy or stopped: read first.
    const check = (): void => void setImmediate(() => this.#check());
    this.#timer = setTimeout(check, oldest.deadline + MOVE_SLACK_MS - monotonicMs()).unref();
  }

  #check(): void {
    this.#timer = undefined;
    const time = monotonicMs() - MOVE_SLACK_MS;
    const late = this.#requests.filter(({ deadline }) => deadline <= time).map(({ id }) => id);
    if (late.length > 0) this.#onLate(late);
    this.#startTimer();
  }
}
