import type { MessagePort, TransferListItem } from 'node:worker_threads';

/**
 * Gathers the messages of one turn of the event loop and posts them together: waking the other thread costs
 * more than the messages do.
 */
export class Outbox<Message> {
  readonly #port: MessagePort;
  readonly #flush = (): void => this.flush();
  #messages: Message[] = [];
  #transfer: TransferListItem[] = [];

  constructor(port: MessagePort) {
    this.#port = port;
  }

  post(message: Message, transfer?: TransferListItem): void {
    if (this.#messages.length === 0) setImmediate(this.#flush);
    this.#messages.push(message);
    if (transfer !== undefined) this.#transfer.push(transfer);
  }

  flush(): void {
    if (this.#messages.length === 0) return;
    this.#port.postMessage(this.#messages, this.#transfer);
    this.#messages = [];
    if (this.#transfer.length > 0) this.#transfer = [];
  }
}
