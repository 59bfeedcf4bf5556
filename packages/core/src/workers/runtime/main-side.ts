import type { FromWorker } from '../protocol/messages.js';

/** What a worker says to the main side: what is said in one turn is sent together, for waking the other side costs more. */
export abstract class MainSide {
  #messages: FromWorker[] = [];

  /** To be sent together with what else is said in this turn of the event loop. */
  post(message: FromWorker): void {
    this.#messages.push(message);
    this.flushSoon();
  }

  /** Says it at once. */
  tell(message: FromWorker): void {
    this.#messages.push(message);
    this.flush();
  }

  /** Sends what was posted. */
  flush(): void {
    if (this.#messages.length === 0) return;
    const messages = this.#messages;
    this.#messages = [];
    this.send(messages);
  }

  /** Calls {@link flush} soon, once for all that is posted meanwhile. */
  protected abstract flushSoon(): void;

  protected abstract send(messages: readonly FromWorker[]): void;
}
