import type { ClientAddress } from '../../address.js';
import type { DatagramSocket } from '../../datagram.js';
import { packDatagram } from '../protocol/datagram.js';
import type { ToWorker } from '../protocol/messages.js';
import { deserializeError } from '../../requests/serialized-error.js';
import type { MainSide } from './main-side.js';

interface Waiter {
  resolve(bytes: number): void;
  reject(error: Error): void;
}

/** The server's socket, as a datagram's handler has it in a worker: what it sends leaves on the main side. */
export class RemoteDatagramSocket implements DatagramSocket {
  readonly #main: MainSide;
  readonly #waiters = new Map<number, Waiter>();
  #lastId = 0;

  constructor(main: MainSide) {
    this.#main = main;
  }

  sendTo(data: Uint8Array | string, address: ClientAddress): Promise<number> {
    return new Promise((resolve, reject) => {
      const packed = packDatagram(data, address);
      const id = ++this.#lastId;
      this.#waiters.set(id, { resolve, reject });
      this.#main.post({ type: 'send', id, ...packed });
    });
  }

  /** The main side has sent it, or could not. */
  sent({ id, bytes, error }: ToWorker & { type: 'sent' }): void {
    const waiter = this.#waiters.get(id);
    this.#waiters.delete(id);
    if (error === undefined) waiter?.resolve(bytes);
    else waiter?.reject(deserializeError(error));
  }
}
