import type { ServerStats } from '../requests/active-requests.js';

/**
 * What a server is doing. `suspended`: it listens, and takes nothing until `resume()`. `draining`: it takes nothing
 * more, and waits for running requests.
 */
export type ServerState = 'idle' | 'listening' | 'serving' | 'suspended' | 'draining' | 'closed';

/** What a server's `stats()` returns. A mixin adds a signature of its own, which comes first. */
export type StatsOf<Method> = Method extends { (): infer Stats; (): ServerStats } ? Stats : never;

/** What `status()` returns, in a form that JSON takes. */
export interface ServerStatus<Address, Stats> {
  readonly state: ServerState;
  /** Undefined before `listen()`. */
  readonly serverAddress: Address | undefined;
  readonly stats: Stats;
}

export interface ServeForeverOptions {
  /** Milliseconds between two calls of `serviceActions()`. @default 500 */
  pollInterval?: number;
  /** Ends the loop when it aborts, as `shutdown()` does. */
  signal?: AbortSignal;
}

export interface CloseOptions {
  /** Milliseconds that running requests get to end by themselves. @default 30000 */
  graceMs?: number;
}

/** What became of the requests that were running when `close()` was called. */
export interface CloseReport {
  /** Ended by themselves. Every byte that was received was read, and every byte that was written was sent. */
  drained: number;
  /** Ended by themselves, with bytes that were not read or not sent. */
  cut: number;
  /** Ended because their connection, thread or process was ended. */
  killed: number;
  /** Still running in this thread, which nothing can end; their connections are closed. */
  abandoned: number;
}
