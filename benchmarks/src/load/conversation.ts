import type { Exchange } from './exchange.js';

/** How a request ended: answered rightly or not, or the code of what went wrong with the connection. */
export type Outcome = 'answered' | 'wrong' | { readonly failed: string };

/** One client, with one request at a time. */
export interface Conversation {
  /** Resolves when requests can be sent. */
  open(): Promise<void>;
  /** Sends a request, and calls `done` once. */
  ask(exchange: Exchange, done: (outcome: Outcome) => void): void;
  /** Gives up the request under way: `done` is not called any more. The next one can be asked. */
  abandon(): void;
  close(): void;
}

/** By its code, else by its message: what counts as the same failure. */
export function failureOf(error: Error): { failed: string } {
  return { failed: (error as NodeJS.ErrnoException).code ?? error.message };
}
