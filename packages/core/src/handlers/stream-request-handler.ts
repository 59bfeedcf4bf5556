import type { Socket } from 'node:net';
import type { InetClientAddress } from '../address.js';
import { RequestGuard } from '../engine/request-guard.js';
import { timedOut } from '../engine/request-limits.js';
import type { SocketServerError } from '../errors.js';
import { BaseRequestHandler, type HandlerInit } from './base-request-handler.js';
import { SocketSource, StreamReader } from './stream-reader.js';
import { StreamWriter } from './stream-writer.js';

/**
 * Serves a connection through `rfile` and `wfile`.
 *
 * - For the handler: `connection` (the socket, also `request`), `rfile`, `wfile`.
 * - To tune: `rbufsize`, `wbufsize`, `timeout`, `disableNagleAlgorithm`.
 *
 * An override of `setup` or `finish` calls `super`.
 */
export abstract class StreamRequestHandler<Address = InetClientAddress> extends BaseRequestHandler<
  Socket,
  Address
> {
  /** Bytes that are read ahead of the handler. @default 65536 */
  rbufsize = 65_536;
  /** Bytes that `wfile` gathers before it sends them; 0 sends at once. @default 0 */
  wbufsize = 0;
  /**
   * Milliseconds without a byte in either direction after which the request fails with ERR_SOCKETSERVER_TIMEOUT: its
   * `signal` aborts, and after the server's `timeoutGrace` its connection is closed. @default null: never
   */
  timeout: number | null = null;
  /** Sends small writes without waiting for the last one's acknowledgement (TCP_NODELAY). @default false */
  disableNagleAlgorithm = false;

  readonly #scope: Scope;
  #rfile: StreamReader | undefined;
  #wfile: StreamWriter | undefined;

  constructor(init: HandlerInit) {
    super(init);
    this.#scope = init.scope;
  }

  /** The socket: `request` under CPython's other name. */
  get connection(): Socket {
    return this.request;
  }

  /** Reads from the connection. It starts with the first use: a handler that reads `request` itself leaves it alone. */
  get rfile(): StreamReader {
    this.#rfile ??= new StreamReader(new SocketSource(this.request, this.rbufsize), this.#scope);
    return this.#rfile;
  }

  /** Writes to the connection. */
  get wfile(): StreamWriter {
    this.#wfile ??= new StreamWriter(this.request, this.wbufsize);
    return this.#wfile;
  }

  /** Sets `timeout` and `disableNagleAlgorithm`. May be extended; call super. */
  override setup(): void | Promise<void> {
    const { timeout, request } = this;
    if (timeout !== null) {
      const guard = (this.#scope.guard ??= new RequestGuard(this.#scope, request));
      request.setTimeout(timeout, () => guard.expire(silent(timeout)));
    }
    if (this.disableNagleAlgorithm) request.setNoDelay(true);
  }

  /** Sends what `wfile` has gathered; throws what an earlier write met. May be extended; call super. */
  override finish(): void | Promise<void> {
    return this.#wfile?.flush();
  }
}

type Scope = HandlerInit['scope'];

function silent(ms: number): SocketServerError {
  return timedOut('timeout', `the client to send or take something within ${ms} ms`, 'silence');
}
