import {
  CLOSE_DELAY_MS,
  requestLimits,
  TIMEOUT_GRACE_MS,
  type RequestLimits,
} from '../execution/request-limits.js';
import { checkAdmission, type Overload } from '../loop/admission.js';

/**
 * The fields with which every server is tuned, and the rules that they obey. Times are milliseconds. `listen()` checks
 * them.
 */
export abstract class ServerFields<Request extends object> {
  abstract readonly socketType: 'stream' | 'datagram';

  /** Connections that the kernel may queue (listen(2)); it takes no more than its `somaxconn`. @default 1024 */
  requestQueueSize = 1_024;
  /** Lets the port of a server that has just ended be bound again. Node always does so for TCP. @default true */
  allowReuseAddress = true;
  /** Lets several processes bind the same port (SO_REUSEPORT; Node ≥ 22.12). @default false */
  allowReusePort = false;
  /** Milliseconds that `handleRequest()` waits for a request. @default null: for ever */
  timeout: number | null = null;
  /** Requests that run at once. May be changed while serving: heeded at once or within `pollInterval`. @default 16384 */
  maxConnections = 16_384;
  /**
   * What becomes of further ones. `'pause'`: they wait in the kernel, which needs nothing from the client.
   * `'reject'`: they are closed at once, and counted as rejected. A function decides for each, on the main side.
   * @default 'pause'
   */
  overload: Overload<Request> = 'pause';
  /** Requests of one IP address that run at once; further ones are rejected. @default Infinity */
  maxConnectionsPerHost = Infinity;
  /** Requests that are taken in a second, at an even pace; further ones wait in the kernel. @default Infinity */
  acceptRate = Infinity;
  /**
   * Milliseconds from the first step of a handler until its connection is closed. Then the handler's `signal` aborts
   * with ERR_SOCKETSERVER_TIMEOUT, and the request has failed. Read by `listen()`. @default null: for ever
   */
  requestTimeout: number | null = null;
  /** Milliseconds between that abort and the end of the connection. @default 1000 */
  timeoutGrace = TIMEOUT_GRACE_MS;
  /**
   * Milliseconds that a client which has said nothing yet gets for its first bytes when the server closes; and for which
   * clients that the kernel has accepted are still taken then. Read by `listen()`. @default 100
   */
  closeDelay = CLOSE_DELAY_MS;
  /** Whether `serverClose()` waits for running requests. @default true */
  blockOnClose = true;
  /** Anything that structured clone takes. A handler reads it as `this.server.context`. @default undefined */
  context: unknown = undefined;
  /** Whether the next request is taken while others are running. The mixins set it. @default false */
  concurrent = false;
  /** Whether connections are left unread, for another thread or process to read. The mixins set it. @default false */
  pauseOnConnect = false;
  #limits: RequestLimits | undefined;

  /**
   * Looks at the fields before anything is opened. May be extended; call super.
   * @throws {SocketServerError} ERR_SOCKETSERVER_BAD_ARGUMENT for a value that cannot be, ERR_SOCKETSERVER_UNSUPPORTED
   * for one that this server cannot honour, ERR_SOCKETSERVER_BAD_ADDRESS; each names the field
   */
  protected checkFields(): void {
    checkAdmission(this);
    const { requestTimeout, timeoutGrace, closeDelay } = this;
    this.#limits = requestLimits({ requestTimeout, timeoutGrace, closeDelay, ...this.streamLimits() });
  }

  /** How long requests may take. A mixin passes it to where the handler runs. */
  protected get requestLimits(): RequestLimits | undefined {
    return this.#limits;
  }

  /** The time limits that only streams have. */
  protected streamLimits(): Pick<RequestLimits, 'handshakeTimeout' | 'writeTimeout'> {
    return { handshakeTimeout: null, writeTimeout: null };
  }
}
