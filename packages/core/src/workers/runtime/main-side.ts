import type { ClientAddress } from '../../address.js';
import { MAX_TOGETHER } from '../protocol/datagrams.js';
import type { FromWorker } from '../protocol/messages.js';
import { SendBatch } from './send-batch.js';

/** What a worker says to the main side: what is said in one turn is sent together, for waking the other side costs more. */
export abstract class MainSide {
  #messages: FromWorker[] = [];
  readonly #sends = new SendBatch();

  /** To be sent together with what else is said in this turn of the event loop. */
  post(message: FromWorker): void {
    this.#messages.push(message);
    this.flushSoon();
  }

  /** Has a datagram sent from the server's socket, before anything that is posted in this turn is heard. */
  postDatagram(id: number, data: Uint8Array | string, address: ClientAddress): void {
    if (this.#sends.bytes + Buffer.byteLength(data) > MAX_TOGETHER) this.flush();
    this.#sends.add(id, data, address);
    this.flushSoon();
  }

  /** Says it at once. */
  tell(message: FromWorker): void {
    this.#messages.push(message);
    this.flush();
  }

  /** Sends what was posted. */
  flush(): void {
    if (!this.#sends.isEmpty) this.#messages.unshift(this.#sends.take());
    if (this.#messages.length === 0) return;
    const messages = this.#messages;
    this.#messages = [];
    this.send(messages);
  }

  /** Calls {@link flush} soon, once for all that is posted meanwhile. */
  protected abstract flushSoon(): void;

  protected abstract send(messages: readonly FromWorker[]): void;
}
