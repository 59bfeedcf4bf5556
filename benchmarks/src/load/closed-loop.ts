import type { Conversation } from './conversation.js';
import type { Exchange } from './exchange.js';
import type { Loop } from './loop.js';
import type { Tally } from './tally.js';

/** Pause after a failure, so that a server that refuses is not flooded. */
const AFTER_FAILURE_MS = 10;

/**
 * Each conversation asks again as soon as it has its answer. How many requests are under way stays the same; how
 * many there are a second is up to the server.
 */
export class ClosedLoop implements Loop {
  readonly #asked = new Map<Conversation, { startedAt: number }>();
  readonly #tally: Tally;
  readonly #exchanges: readonly Exchange[];
  readonly #timeoutMs: number;
  #count = 0;
  #stopping = false;
  #stopped: (() => void) | undefined;

  constructor(tally: Tally, exchanges: readonly Exchange[], timeoutMs: number) {
    this.#tally = tally;
    this.#exchanges = exchanges;
    this.#timeoutMs = timeoutMs;
  }

  start(conversations: readonly Conversation[]): void {
    for (const conversation of conversations) this.#ask(conversation);
    // One timer for all: a timer for each request would cost as much as the request.
    setInterval(() => this.#expire(), this.#timeoutMs / 10).unref();
  }

  stop(): Promise<void> {
    this.#stopping = true;
    return new Promise((resolve) => {
      this.#stopped = resolve;
      this.#checkStopped();
    });
  }

  #ask(conversation: Conversation): void {
    if (this.#stopping) {
      this.#checkStopped();
      return;
    }
    const startedAt = performance.now();
    this.#asked.set(conversation, { startedAt });
    const exchange = this.#exchanges[this.#count++ % this.#exchanges.length]!;
    conversation.ask(exchange, (outcome) => {
      this.#asked.delete(conversation);
      this.#tally.count(outcome, startedAt);
      if (outcome === 'answered') this.#ask(conversation);
      else setTimeout(() => this.#ask(conversation), AFTER_FAILURE_MS);
    });
  }

  #expire(): void {
    const limit = performance.now() - this.#timeoutMs;
    for (const [conversation, { startedAt }] of this.#asked) {
      if (startedAt > limit) continue;
      conversation.abandon();
      this.#asked.delete(conversation);
      this.#tally.countTimeout(startedAt);
      this.#ask(conversation);
    }
  }

  #checkStopped(): void {
    if (this.#asked.size === 0) this.#stopped?.();
  }
}
