import type { Socket } from 'node:net';
import type { InetClientAddress } from '../address.js';
import type { RequestLimits } from '../execution/request-limits.js';
import type { RequestScope } from '../execution/request-scope.js';
import type { ServerView } from '../execution/server-view.js';
import { untilClosed } from '../io/socket-io.js';

/** What a handler is built with. */
export interface HandlerInit<Request = unknown> {
  readonly request: Request;
  readonly clientAddress: unknown;
  readonly server: ServerView;
  readonly scope: RequestScope;
  /** The server's limits. */
  readonly limits?: RequestLimits | undefined;
  /** Milliseconds that the request has taken elsewhere. */
  readonly spentMs?: number | undefined;
}

/**
 * The base of every request handler. One is made for each request: it runs `setup`, `handle` and `finish`, each
 * of which may be async, and is over when the last has returned. What runs it — the loop, a thread, a child
 * process — makes no difference to it.
 *
 * - For the handler: `request`, `clientAddress`, `server`, `signal`, `closed`.
 * - To override: `setup()`, `handle()`, `finish()`.
 *
 * @typeParam Request - `net.Socket` for a stream, `DatagramRequest` for a datagram
 * @typeParam Address - `InetClientAddress`, or `UnixClientAddress` under a Unix server
 * @typeParam Context - what the server's `context` is
 */
export abstract class BaseRequestHandler<Request = Socket, Address = InetClientAddress, Context = unknown> {
  readonly request: Request;
  readonly clientAddress: Address;
  readonly server: ServerView<Context>;
  readonly #scope: RequestScope;
  #closed: Promise<void> | undefined;

  constructor(init: HandlerInit) {
    this.request = init.request as Request;
    this.clientAddress = init.clientAddress as Address;
    this.server = init.server as ServerView<Context>;
    this.#scope = init.scope;
  }

  /**
   * Aborts when the server closes, when the request takes longer than a limit allows, and when the connection breaks (not
   * when the client half-closes), with the reason. A handler that may wait for long passes it on to what it awaits. When the
   * server closes, bytes that have arrived may not have been read yet: `rfile` ends after them, `signal` aborts before.
   */
  get signal(): AbortSignal {
    return this.#scope.signal;
  }

  /** Resolves when the connection has ended, however it did; at once for a datagram, which has none. Never rejects. */
  get closed(): Promise<void> {
    this.#closed ??= untilClosed(this.request);
    return this.#closed;
  }

  /** Runs before `handle`. When it throws, neither `handle` nor `finish` runs. May be overridden. */
  setup(): void | Promise<void> {}

  /** Serves the request. To be overridden. */
  handle(): void | Promise<void> {}

  /** Runs after `handle`, also when that threw. May be overridden. */
  finish(): void | Promise<void> {}
}
