import type { ClientAddress } from '../../address.js';
import type { DatagramSocket } from '../../datagram.js';
import { Slots } from '../../requests/slots.js';
import { deserializeError } from '../../requests/serialized-error.js';
import type { ToWorker } from '../protocol/messages.js';
import type { MainSide } from './main-side.js';
import { checkData, checkReceiver } from './send-batch.js';

interface Waiter {
  resolve(bytes: number): void;
  reject(error: Error): void;
}

/** The server's socket, as a datagram's handler has it in a worker: what it sends leaves on the main side. */
export class RemoteDatagramSocket implements DatagramSocket {
  readonly #main: MainSide;
  /** A waiter's slot is the id of its datagram in messages. */
  readonly #waiters = new Slots<Waiter>();

  constructor(main: MainSide) {
    this.#main = main;
  }

  sendTo(data: Uint8Array | string, address: ClientAddress): Promise<number> {
    return new Promise((resolve, reject) => {
      const [bytes, receiver] = [checkData(data), checkReceiver(address)];
      this.#main.postDatagram(this.#waiters.add({ resolve, reject }), bytes, receiver);
    });
  }

  /** The main side has sent these. */
  sent({ sent }: ToWorker & { type: 'sent' }): void {
    for (let at = 0; at < sent.length; at += 2) this.#waiters.remove(sent[at]!)?.resolve(sent[at + 1]!);
  }

  /** The main side could not send it. */
  unsent({ id, error }: ToWorker & { type: 'unsent' }): void {
    this.#waiters.remove(id)?.reject(deserializeError(error));
  }
}
