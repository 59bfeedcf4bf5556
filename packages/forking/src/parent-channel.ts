import type { FromChild } from './protocol.js';

/** What a child says to its parent, gathered and sent together: waking a process costs more than what it is told. */
export class ParentChannel {
  #messages: FromChild[] = [];
  #flushing: NodeJS.Immediate | undefined;

  /** Says it at the end of this turn of the event loop. */
  post(message: FromChild): void {
    this.#messages.push(message);
    this.#flushing ??= setImmediate(() => this.flush());
  }

  /** Says it at once. */
  tell(message: FromChild): void {
    this.#messages.push(message);
    this.flush();
  }

  /** Where the messages cannot go the parent is gone: 'disconnect' ends this process. */
  flush(): void {
    clearImmediate(this.#flushing);
    this.#flushing = undefined;
    const messages = this.#messages;
    if (messages.length === 0 || !process.connected) return;
    this.#messages = [];
    process.send?.(messages, undefined, {}, ignore);
  }
}

function ignore(): void {}
