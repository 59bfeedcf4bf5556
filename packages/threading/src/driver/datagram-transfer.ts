import type { TransferListItem } from 'node:worker_threads';
import type { Handoff } from '@socketserver/core/workers';

/** A datagram in the form in which it reaches a thread: moved, not copied. */
export class DatagramTransfer implements Handoff {
  readonly packet: Uint8Array<ArrayBuffer>;
  readonly #byteLength: number;

  /**
   * In memory of its own: moving a part of a shared block would take the rest of the block along. An empty one is made anew,
   * for nothing tells whether it has moved.
   */
  constructor(packet: Buffer) {
    const { buffer, byteLength } = packet;
    const isOwn = buffer instanceof ArrayBuffer && buffer.byteLength === byteLength && byteLength > 0;
    this.packet = isOwn ? new Uint8Array(buffer) : new Uint8Array(packet);
    this.#byteLength = byteLength;
  }

  get attachment(): TransferListItem {
    return this.packet.buffer;
  }

  /** One that has moved to a thread is lost with it, as a datagram may be: no bytes of it are left here. */
  get canMove(): boolean {
    return this.packet.byteLength === this.#byteLength;
  }

  /** Nothing to close. */
  discard(): void {}
}
