import type { Socket } from 'node:net';
import type { InetClientAddress } from '../address.js';
import type { RequestLimits } from '../engine/request-limits.js';
import type { RequestScope } from '../engine/request-scope.js';
import type { ServerView } from '../engine/server-view.js';

/** What a handler is built with. */
export interface HandlerInit<Request = unknown> {
  readonly request: Request;
  readonly clientAddress: unknown;
  readonly server: ServerView;
  readonly scope: RequestScope;
  /** The server's limits, if it has any. */
  readonly limits?: RequestLimits | undefined;
}

/**
 * The base of every request handler. One is made for each request: it runs `setup`, `handle` and `finish`, each
 * of which may be async, and is over when the last has returned. What runs it — the loop, a thread, a child
 * process — makes no difference to it.
 *
 * - For the handler: `request`, `clientAddress`, `server`, `signal`.
 * - To override: `setup()`, `handle()`, `finish()`.
 *
 * @typeParam Request - `net.Socket` for a stream, `DatagramRequest` for a datagram
 * @typeParam Address - `InetClientAddress`, or `UnixClientAddress` under a Unix server
 */
export abstract class BaseRequestHandler<Request = Socket, Address = InetClientAddress> {
  readonly request: Request;
  readonly clientAddress: Address;
  readonly server: ServerView;
  readonly #scope: RequestScope;

  constructor(init: HandlerInit) {
    this.request = init.request as Request;
    this.clientAddress = init.clientAddress as Address;
    this.server = init.server;
    this.#scope = init.scope;
  }

  /**
   * Aborts when the server closes, and when the request takes longer than a limit allows, with the reason. A handler
   * that can wait for long gives it to what it waits for.
   */
  get signal(): AbortSignal {
    return this.#scope.signal;
  }

  /** Runs before `handle`. When it throws, neither `handle` nor `finish` runs. May be overridden. */
  setup(): void | Promise<void> {}

  /** Serves the request. To be overridden. */
  handle(): void | Promise<void> {}

  /** Runs after `handle`, also when that threw. May be overridden. */
  finish(): void | Promise<void> {}
}
