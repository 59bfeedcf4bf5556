import type { MessagePort, TransferListItem } from 'node:worker_threads';

/**
 * Gathers the messages of one turn of the event loop and posts them together: waking the other thread costs
 * more than the messages do.
 */
export class Outbox<Message> {
  readonly #port: MessagePort;
  readonly #onRefused: (message: Message, error: unknown) => void;
  readonly #flush = (): void => this.flush();
  #messages: Message[] = [];
  #transfers: (TransferListItem | undefined)[] = [];

  /** @param onRefused - called with a message that cannot be posted, such as one that holds a function; others are */
  constructor(port: MessagePort, onRefused: (message: Message, error: unknown) => void) {
    this.#port = port;
    this.#onRefused = onRefused;
  }

  post(message: Message, transfer?: TransferListItem): void {
    if (this.#messages.length === 0) setImmediate(this.#flush);
    this.#messages.push(message);
    this.#transfers.push(transfer);
  }

  flush(): void {
    if (this.#messages.length === 0) return;
    const [messages, transfers] = [this.#messages, this.#transfers];
    this.#messages = [];
    this.#transfers = [];
    try {
      this.#port.postMessage(messages, transfers.filter(isPresent));
    } catch {
      // Nothing has left yet: a list is cloned as a whole before anything of it moves.
      for (const [index, message] of messages.entries()) this.#postOne(message, transfers[index]);
    }
  }

  #postOne(message: Message, transfer: TransferListItem | undefined): void {
    try {
      this.#port.postMessage([message], transfer === undefined ? [] : [transfer]);
    } catch (error) {
      this.#onRefused(message, error);
    }
  }
}

function isPresent(transfer: TransferListItem | undefined): transfer is TransferListItem {
  return transfer !== undefined;
}
