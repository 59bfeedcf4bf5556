import type { Socket } from 'node:net';
import type { RequestScope } from '../execution/request-scope.js';
import { afterTurns, DELIVERY_TURNS } from '../timing.js';

/** Where a read waits for bytes. */
export interface Wait {
  /** Ends the wait without any. */
  release?(): void;
}

/**
 * Tells a reader that its request has been aborted, but not before everything that had arrived by then can be read: a
 * server that closes serves what it has received.
 */
export class ClosingWatch {
  readonly #socket: Socket;
  readonly #closeDelay: number;
  #isOver = false;
  #wait: Wait | undefined;
  #isAborted = false;
  /** Runs while a client that has said nothing is waited for. */
  #timer: NodeJS.Timeout | undefined;
  /** Cancels the end that is due. */
  #cancelEnd: (() => void) | undefined;

  /** @param closeDelay - milliseconds that a client that has said nothing yet gets for its first bytes */
  constructor(socket: Socket, closeDelay: number, scope: RequestScope) {
    this.#socket = socket;
    this.#closeDelay = closeDelay;
    scope.onAbort(this);
  }

  /** Whether whatever can still arrive is too late. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Releases `wait` at that time, in place of the last one; undefined: none. */
  releases(wait: Wait | undefined): void {
    this.#wait = wait;
  }

  /** Something has been received, or nothing for long enough: while the loop was busy, bytes may have come to the kernel. */
  received(): void {
    if (this.#timer === undefined) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#endWhenDelivered();
  }

  /** Nothing was read for a while, and so what had arrived may still be in the kernel. */
  reopen(): void {
    if (!this.#isAborted) return;
    this.#isOver = false;
    this.#endWhenDelivered();
  }

  aborted(): void {
    this.#isAborted = true;
    if (this.#socket.bytesRead > 0) this.#endWhenDelivered();
    else this.#timer = setTimeout(() => this.received(), this.#closeDelay).unref();
  }

  #endWhenDelivered(): void {
    this.#cancelEnd?.();
    this.#cancelEnd = afterTurns(DELIVERY_TURNS, () => this.#end());
  }

  #end(): void {
    this.#isOver = true;
    this.#wait?.release?.();
  }
}
