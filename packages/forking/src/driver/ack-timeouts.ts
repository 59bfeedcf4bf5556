import { monotonicMs } from '../monotonic-ms.js';
import type { InFlightRequests } from './in-flight-requests.js';

/**
 * Milliseconds between the moment from which a child leaves a request alone and the one at which it is given to
 * another: no child begins what another one has got.
 */
const MOVE_SLACK_MS = 500;

/** Tells which requests a child has not acknowledged in time. One timer for all: the oldest is the first to be late. */
export class AckTimeouts {
  readonly #requests: InFlightRequests;
  readonly #onLate: (ids: readonly number[]) => void;
  #timer: NodeJS.Timeout | undefined;

  constructor(requests: InFlightRequests, onLate: (ids: readonly number[]) => void) {
    this.#requests = requests;
    this.#onLate = onLate;
  }

  /** To be called whenever a request has been sent. */
  start(): void {
    const deadline = this.#requests.firstDeadline;
    if (this.#timer !== undefined || deadline === undefined) return;
    // The acknowledgement may be there already, unread because this process was busy or stopped: read first.
    this.#timer = setTimeout(
      () => setImmediate(() => this.#check()),
      deadline + MOVE_SLACK_MS - monotonicMs(),
    );
    this.#timer.unref();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #check(): void {
    this.#timer = undefined;
    const late = this.#requests.lateAt(monotonicMs() - MOVE_SLACK_MS);
    if (late.length > 0) this.#onLate(late);
    this.start();
  }
}
