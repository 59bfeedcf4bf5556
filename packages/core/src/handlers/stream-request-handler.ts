import type { Socket } from 'node:net';
import type { InetClientAddress } from '../address.js';
import { RequestGuard } from '../execution/request-guard.js';
import { CLOSE_DELAY_MS, timedOut } from '../execution/request-limits.js';
import type { SocketServerError } from '../errors.js';
import { BaseRequestHandler, type HandlerInit } from './base-request-handler.js';
import { ClosingWatch } from '../io/closing-watch.js';
import { SocketSource } from '../io/socket-source.js';
import { StreamReader } from '../io/stream-reader.js';
import { StreamWriter } from '../io/stream-writer.js';

/**
 * Serves a connection through `rfile` and `wfile`.
 *
 * - For the handler: `connection` (the socket, also `request`), `rfile`, `wfile`.
 * - To tune: `rbufsize`, `wbufsize`, `timeout`, `disableNagleAlgorithm`, `allowHalfOpen`.
 *
 * An override of `setup` or `finish` calls `super`.
 */
export abstract class StreamRequestHandler<
  Address = InetClientAddress,
  Context = unknown,
> extends BaseRequestHandler<Socket, Address, Context> {
  /** The servers that it is for. */
  static readonly socketType = 'stream';
  /** Bytes that are read ahead of the handler. @default 65536 */
  rbufsize = 65_536;
  /** Bytes that `wfile` gathers before it sends them; 0: those of one turn of the event loop. @default 0 */
  wbufsize = 0;
  /**
   * Milliseconds without a byte in either direction after which the request fails with ERR_SOCKETSERVER_TIMEOUT: its
   * `signal` aborts, and after the server's `timeoutGrace` its connection is closed. @default null: never
   */
  timeout: number | null = null;
  /**
   * Sends small writes without waiting for the last one's acknowledgement (TCP_NODELAY). Otherwise an answer in two writes
   * can take 40 ms: the client's kernel delays the acknowledgement (RFC 1122, 4.2.3.2). @default true
   */
  disableNagleAlgorithm = true;
  /**
   * Whether the connection stays open for the answer when the client has ended its side (shutdown(2), `nc -N`). false: it
   * is ended then, as node:http and node:http2 expect of their sockets. @default true
   */
  allowHalfOpen = true;

  readonly #init: HandlerInit;
  #rfile: StreamReader | undefined;
  #wfile: StreamWriter | undefined;

  constructor(init: HandlerInit) {
    super(init);
    this.#init = init;
  }

  /** The socket: `request` under CPython's other name. */
  get connection(): Socket {
    return this.request;
  }

  /** Reads from the connection. It starts with the first use: a handler that reads `request` itself leaves it alone. */
  get rfile(): StreamReader {
    this.#rfile ??= this.#openReader();
    return this.#rfile;
  }

  /** Writes to the connection. */
  get wfile(): StreamWriter {
    this.#wfile ??= new StreamWriter(this.request, this.wbufsize, () => this.#hasMore());
    return this.#wfile;
  }

  /** Sets `timeout`, `disableNagleAlgorithm` and `allowHalfOpen`. May be extended; call super. */
  override setup(): void | Promise<void> {
    const { timeout, request } = this;
    if (timeout !== null) {
      const { scope } = this.#init;
      const guard = (scope.guard ??= new RequestGuard(scope, request));
      request.setTimeout(timeout, () => guard.expire(silent(timeout)));
    }
    if (!this.disableNagleAlgorithm) request.setNoDelay(false);
    if (!this.allowHalfOpen) request.allowHalfOpen = false;
  }

  /** Sends what `wfile` holds back; throws the error of an earlier write. May be extended; call super. */
  override finish(): void | Promise<void> {
    return this.#wfile?.flush();
  }

  #hasMore(): boolean {
    return this.#rfile !== undefined && this.#rfile.bufferedBytes > 0;
  }

  #openReader(): StreamReader {
    const { request } = this;
    const { scope, limits } = this.#init;
    const closing = new ClosingWatch(request, limits?.closeDelay ?? CLOSE_DELAY_MS, scope);
    const source = new SocketSource(request, this.rbufsize, closing);
    const reader = new StreamReader(source, { closing, maxBytes: limits?.maxReadSize ?? null });
    scope.reader = reader;
    return reader;
  }
}

function silent(ms: number): SocketServerError {
  return timedOut('timeout', `the client to send or take something within ${ms} ms`, 'silence');
}
