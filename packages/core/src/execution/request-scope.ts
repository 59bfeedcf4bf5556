import { setMaxListeners } from 'node:events';
import { holdListeners } from './held-listeners.js';

/** What is told of an abort. */
export interface AbortListener {
  aborted(): void;
}

/** What ends a request that takes too long. */
export interface TimeGuard {
  /** Settles as `work` does, or rejects with the limit that was passed before. */
  over<Result>(work: Promise<Result>): Promise<Result>;
  /** From the handler's first step on: until the client's first byte. */
  watchHandshake(ms: number): void;
  /** A limit has passed. Idempotent: the first one counts. */
  expire(error: Error): void;
  /** The request goes on elsewhere. @returns the milliseconds of `requestTimeout` that it has taken here */
  handOff(): number;
  /** The request has ended, its connection too. Idempotent. */
  end(): void;
}

/** What has been received for a handler, which has not read it. */
export interface Unread {
  readonly bufferedBytes: number;
  /** The handler has returned: what comes once the connection is being ended is dropped. */
  handlerReturned(): void;
}

/**
 * How long a request may go on: until it is aborted. Most requests never ask for their `signal`, and an
 * AbortController costs more than the rest of a small request, so it is made when first asked for.
 */
export class RequestScope {
  /** What a listener of the handler has thrown: the request has failed of it, whatever the handler does. */
  failure: { readonly error: unknown } | undefined;
  /** Called when the request gets its guard. */
  onGuard: ((guard: TimeGuard) => void) | undefined;
  /** The handler's `rfile`, once it has one. */
  reader: Unread | undefined;
  #guard: TimeGuard | undefined;
  #controller: AbortController | undefined;
  #aborted: { reason: unknown } | undefined;
  #listener: AbortListener | undefined;

  /** Ends the request when it takes too long; there if it has a time limit. */
  get guard(): TimeGuard | undefined {
    return this.#guard;
  }

  set guard(guard: TimeGuard) {
    this.#guard = guard;
    this.onGuard?.(guard);
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      // A handler may wait for many things at once: many listeners are no leak.
      setMaxListeners(0, this.#controller.signal);
      holdListeners(this.#controller.signal, (error) => this.fail(error));
      if (this.#aborted !== undefined) this.#controller.abort(this.#aborted.reason);
    }
    return this.#controller.signal;
  }

  get aborted(): boolean {
    return this.#aborted !== undefined;
  }

  /** What it was aborted with. */
  get reason(): unknown {
    return this.#aborted?.reason;
  }

  /** Tells `listener`, in place of the last one, when the scope is aborted; at once if it has been. */
  onAbort(listener: AbortListener): void {
    this.#listener = listener;
    if (this.#aborted !== undefined) listener.aborted();
  }

  /** Idempotent: the first reason counts. */
  abort(reason: unknown): void {
    if (this.#aborted !== undefined) return;
    this.#aborted = { reason };
    this.#controller?.abort(reason);
    this.#listener?.aborted();
  }

  /** For what a listener of the handler throws. Idempotent: the first one counts. */
  fail(error: unknown): void {
    this.failure ??= { error };
    this.abort(error);
  }
}
