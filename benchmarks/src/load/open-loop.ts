import { Arrivals } from './arrivals.js';
import type { Conversation } from './conversation.js';
import type { Exchange } from './exchange.js';
import type { Loop } from './loop.js';
import type { Tally } from './tally.js';

export interface OpenLoopOptions {
  /** Requests a second. */
  readonly rate: number;
  readonly timeoutMs: number;
}

/**
 * Requests come at a fixed rate, whether or not the server keeps up. One that finds every conversation busy waits for
 * the first that is not; its latency counts from when it was to be sent, so that a server that stalls has all the
 * requests against it that came meanwhile.
 */
export class OpenLoop implements Loop {
  readonly #tally: Tally;
  readonly #exchanges: readonly Exchange[];
  readonly #options: OpenLoopOptions;
  readonly #free: Conversation[] = [];
  /** When each request that waits for a conversation was to be sent. */
  readonly #waiting: number[] = [];
  readonly #asked = new Map<Conversation, number>();
  #arrivals: Arrivals | undefined;
  #count = 0;
  #stopped: (() => void) | undefined;

  constructor(tally: Tally, exchanges: readonly Exchange[], options: OpenLoopOptions) {
    this.#tally = tally;
    this.#exchanges = exchanges;
    this.#options = options;
  }

  start(conversations: readonly Conversation[]): void {
    this.#free.push(...conversations);
    this.#arrivals = new Arrivals(1_000 / this.#options.rate, (dueAt) => {
      this.#waiting.push(dueAt);
      this.#ask();
    });
    setInterval(() => this.#expire(), this.#options.timeoutMs / 10).unref();
  }

  async stop(): Promise<void> {
    await this.#arrivals?.stop();
    await new Promise<void>((resolve) => {
      this.#stopped = resolve;
      this.#checkStopped();
    });
  }

  #ask(): void {
    while (this.#waiting.length > 0) {
      // The one that has been free for longest: all are used.
      const conversation = this.#free.shift();
      if (conversation === undefined) return;
      const dueAt = this.#waiting.shift()!;
      this.#asked.set(conversation, dueAt);
      const exchange = this.#exchanges[this.#count++ % this.#exchanges.length]!;
      conversation.ask(exchange, (outcome) => {
        this.#tally.count(outcome, dueAt);
        this.#release(conversation);
      });
    }
  }

  #release(conversation: Conversation): void {
    this.#asked.delete(conversation);
    this.#free.push(conversation);
    this.#ask();
    this.#checkStopped();
  }

  #expire(): void {
    const limit = performance.now() - this.#options.timeoutMs;
    for (const [conversation, dueAt] of this.#asked) {
      if (dueAt > limit) continue;
      conversation.abandon();
      this.#tally.countTimeout(dueAt);
      this.#release(conversation);
    }
    while (this.#waiting[0]! <= limit) this.#tally.countTimeout(this.#waiting.shift()!);
    this.#checkStopped();
  }

  #checkStopped(): void {
    if (this.#asked.size === 0 && this.#waiting.length === 0) this.#stopped?.();
  }
}
