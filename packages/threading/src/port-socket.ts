import type { ClientAddress, DatagramSocket } from '@socketserver/core';
import { packDatagram, deserializeError } from '@socketserver/core/workers';
import type { Outbox } from './outbox.js';
import type { FromThread, ToThread } from './protocol.js';

interface Waiter {
  resolve(bytes: number): void;
  reject(error: Error): void;
}

/** The server's socket as a datagram's handler has it in a thread: what it sends leaves on the main side. */
export class PortSocket implements DatagramSocket {
  readonly #outbox: Outbox<FromThread>;
  readonly #waiters = new Map<number, Waiter>();
  #lastAnswer = 0;

  constructor(outbox: Outbox<FromThread>) {
    this.#outbox = outbox;
  }

  sendTo(data: Uint8Array | string, address: ClientAddress): Promise<number> {
    return new Promise((resolve, reject) => {
      const packed = packDatagram(data, address);
      const answer = ++this.#lastAnswer;
      this.#waiters.set(answer, { resolve, reject });
      this.#outbox.post(
        { type: 'send', answer, ...packed },
        typeof packed.data === 'string' ? undefined : packed.data.buffer,
      );
    });
  }

  /** The main side has sent it, or could not. */
  sent({ answer, outcome }: ToThread & { type: 'sent' }): void {
    const waiter = this.#waiters.get(answer);
    this.#waiters.delete(answer);
    if (typeof outcome === 'number') waiter?.resolve(outcome);
    else waiter?.reject(deserializeError(outcome));
  }
}
