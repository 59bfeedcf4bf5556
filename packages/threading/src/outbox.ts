import type { MessagePort, TransferListItem } from 'node:worker_threads';

/**
 * Gathers the messages of one turn of the event loop and posts them together: waking the other thread costs
 * more than the messages do.
 */
export class Outbox<Message> {
  readonly #port: MessagePort;
  #messages: Message[] = [];
  #transfer: TransferListItem[] = [];

  constructor(port: MessagePort) {
    this.#port = port;
  }

  post(message: Message, transfer?: TransferListItem): void {
    if (this.#messages.length === 0) setImmediate(() => this.flush());
    this.#messages.push(message);
    if (transfer !== undefined) this.#transfer.push(transfer);
  }

  flush(): void {
    if (this.#messages.length === 0) return;
    const messages = this.#messages;
    const transfer = this.#transfer;
    this.#messages = [];
    this.#transfer = [];
    this.#port.postMessage(messages, transfer);
  }
}
