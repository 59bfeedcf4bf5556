import type { RequestScope } from '../execution/request-scope.js';
import { afterTurns, DELIVERY_TURNS } from '../timing.js';

export interface ClosingWatchOptions {
  scope: RequestScope;
  /** Milliseconds that a client that has said nothing yet gets for its first bytes. */
  closeDelay: number;
  /** Whether the client has said anything. */
  hasSpoken: () => boolean;
}

/**
 * Tells a reader that its request has been aborted, but not before everything that had arrived by then can be read: a
 * server that closes serves what it has received.
 */
export class ClosingWatch {
  readonly #options: ClosingWatchOptions;
  #isOver = false;
  #onOver: (() => void) | undefined;
  #isAborted = false;
  /** Runs while a client that has said nothing is waited for. */
  #timer: NodeJS.Timeout | undefined;
  /** Cancels the end that is due. */
  #cancelEnd: (() => void) | undefined;

  constructor(options: ClosingWatchOptions) {
    this.#options = options;
    options.scope.onAbort(() => this.#aborted());
  }

  /** Whether whatever can still arrive is too late. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Calls `listener` at that time, in place of the last one. */
  onOver(listener: () => void): void {
    this.#onOver = listener;
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

  #aborted(): void {
    this.#isAborted = true;
    const { hasSpoken, closeDelay } = this.#options;
    if (hasSpoken()) this.#endWhenDelivered();
    else this.#timer = setTimeout(() => this.received(), closeDelay).unref();
  }

  #endWhenDelivered(): void {
    this.#cancelEnd?.();
    this.#cancelEnd = afterTurns(DELIVERY_TURNS, () => this.#end());
  }

  #end(): void {
    this.#isOver = true;
    this.#onOver?.();
  }
}
