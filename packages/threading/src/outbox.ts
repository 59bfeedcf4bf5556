import type { MessagePort, TransferListItem } from 'node:worker_threads';
import { Gathering } from './gathering.js';

/** Gathers messages, and posts them together: waking the other thread costs more than the messages do. */
export class Outbox<Message> {
  readonly #port: MessagePort;
  readonly #onRefused: (message: Message, error: unknown) => void;
  readonly #gathering: Gathering;
  #messages: Message[] = [];
  #transfers: (TransferListItem | undefined)[] = [];

  /**
   * @param onRefused - called with a message that cannot be posted, such as one that holds a function; others are
   * @param gathering - says when to post; for several outboxes that fill up in turns it is the same
   */
  constructor(
    port: MessagePort,
    onRefused: (message: Message, error: unknown) => void,
    gathering = new Gathering(),
  ) {
    this.#port = port;
    this.#onRefused = onRefused;
    this.#gathering = gathering;
  }

  post(message: Message, transfer?: TransferListItem): void {
    this.#messages.push(message);
    this.#transfers.push(transfer);
    this.#gathering.add(this);
  }

  flush(): void {
    if (this.#messages.length === 0) return;
    const [messages, transfers] = [this.#messages, this.#transfers];
    this.empty();
    try {
      this.#port.postMessage(messages, transfers.filter(isPresent));
    } catch {
      // A list is checked and cloned as a whole before anything of it moves. What has moved all the same, because the
      // system had no descriptor for the next one, cannot be posted a second time.
      for (const [index, message] of messages.entries()) this.#postOne(message, transfers[index]);
    }
  }

  /** Forgets what has not been posted. */
  empty(): void {
    this.#messages = [];
    this.#transfers = [];
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
