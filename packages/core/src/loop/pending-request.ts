import { badArgument } from '../errors.js';
import type { Arrival } from '../sources/request-queue.js';

/**
 * The one `getRequest()` that is under way. It outlives a time limit and a shutdown: whoever takes next gets
 * its outcome, so that a request on its way in is not lost.
 */
export class PendingRequest<Request> {
  #waiter: { resolve(arrival: Arrival<Request> | undefined): void; reject(error: unknown): void } | undefined;
  #outcome: { arrival: Arrival<Request> } | { error: unknown } | undefined;
  #asked = false;

  /** The next request, or undefined if interrupted before. At most one call at a time. */
  take(get: () => Promise<Arrival<Request>>): Promise<Arrival<Request> | undefined> {
    return new Promise((resolve, reject) => {
      this.#waiter = { resolve, reject }; // before it is asked, which may interrupt
      if (!this.#asked) this.#ask(get);
      this.#deliver();
    });
  }

  /** Lets the waiting `take` return without a request. */
  interrupt(): void {
    this.#waiter?.resolve(undefined);
    this.#waiter = undefined;
  }

  /** Lets the next `take` have a request that was taken, and is not to be begun yet. */
  putBack(arrival: Arrival<Request>): void {
    this.#asked = true;
    this.#settle({ arrival });
  }

  /** For the end: calls `discard` with a request that came and was not taken, now or later. */
  discard(discard: (arrival: Arrival<Request>) => void): void {
    this.interrupt();
    this.#waiter = { resolve: (arrival) => arrival !== undefined && discard(arrival), reject: ignore };
    this.#deliver();
  }

  /** It is the user's to override: it may also be sync, and throw. */
  #ask(get: () => Arrival<Request> | Promise<Arrival<Request>>): void {
    this.#asked = true;
    const asked = new Promise<Arrival<Request>>((resolve) => {
      resolve(get());
    });
    asked.then(
      (arrival) => this.#settle(isArrival(arrival) ? { arrival } : { error: noRequest(arrival) }),
      (error: unknown) => this.#settle({ error }),
    );
  }

  #settle(outcome: { arrival: Arrival<Request> } | { error: unknown }): void {
    this.#outcome = outcome;
    this.#deliver();
  }

  #deliver(): void {
    const waiter = this.#waiter;
    const outcome = this.#outcome;
    if (waiter === undefined || outcome === undefined) return;
    this.#waiter = undefined;
    this.#outcome = undefined;
    this.#asked = false;
    if ('arrival' in outcome) waiter.resolve(outcome.arrival);
    else waiter.reject(outcome.error);
  }
}

/** An override of `getRequest()` may return anything. */
function isArrival(value: unknown): boolean {
  return Array.isArray(value) && isObject(value[0]) && isObject(value[1]);
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}

function noRequest(value: unknown): Error {
  return badArgument('getRequest()', 'a pair [request, clientAddress]', value);
}

/** The server is closed: that no request can be had any more is no news. */
function ignore(): void {}
