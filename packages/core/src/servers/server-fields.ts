import {
  CLOSE_DELAY_MS,
  LIMIT_CHECKS,
  requestLimits,
  TIMEOUT_GRACE_MS,
  type RequestLimits,
  type SocketLimits,
} from '../execution/request-limits.js';
import { ADMISSION_CHECKS, checkAdmission, HOST_PREFIX_IPV6, type Overload } from '../loop/admission.js';
import { checkMsOrNull } from '../validation.js';
import { freezeFields, rulesFor, watchFields } from './field-rules.js';

/**
 * The fields with which every server is tuned. Times are milliseconds. `listen()` checks them, and guards them from then
 * on:
 *
 * - A frozen field throws ERR_SOCKETSERVER_FROZEN_FIELD when it is set to another value.
 * - A live field takes effect when it is set. An invalid value throws, and the old one stays.
 */
export abstract class ServerFields<Request extends object> {
  abstract readonly socketType: 'stream' | 'datagram';

  /** Connections that the kernel may queue (listen(2)); it takes no more than its `somaxconn`. Frozen. @default 1024 */
  requestQueueSize = 1_024;
  /** Lets the port of a server that has just ended be bound again. Node always does so for TCP. Frozen. @default true */
  allowReuseAddress = true;
  /** Lets several processes bind the same port (SO_REUSEPORT; Node ≥ 22.12). Frozen. @default false */
  allowReusePort = false;
  /** Milliseconds that `handleRequest()` waits for a request. Live. @default null: for ever */
  timeout: number | null = null;
  /** Requests that run at once. Live: when it is raised, those that wait are taken at once. @default 16384 */
  maxConnections = 16_384;
  /**
   * What becomes of further ones. `'pause'`: they wait in the kernel, which needs nothing from the client.
   * `'reject'`: they are closed at once, and counted as rejected. A function decides for each, on the main side.
   * Live. @default 'pause'
   */
  overload: Overload<Request> = 'pause';
  /** Requests of one host that run at once; further ones are rejected. Live. @default Infinity */
  maxConnectionsPerHost = Infinity;
  /**
   * Bits of an IPv6 address by which hosts are told apart, from 1 to 128: a client has a whole network of addresses, and could
   * come from each. A client that comes by IPv4 counts by its whole address. Live. @default 64
   */
  hostPrefixIPv6 = HOST_PREFIX_IPV6;
  /** Requests that are taken in a second, at an even pace; further ones wait in the kernel. Live. @default Infinity */
  acceptRate = Infinity;
  /**
   * Milliseconds from the call of `verifyRequest()` until the connection is closed; what a request waits for a worker does
   * not count. Then the handler's `signal` aborts
   * with ERR_SOCKETSERVER_TIMEOUT, and the request has failed. Live, for requests that begin
   * afterwards. @default null: for ever
   */
  requestTimeout: number | null = null;
  /** Milliseconds between that abort and the end of the connection. Live likewise. @default 1000 */
  timeoutGrace = TIMEOUT_GRACE_MS;
  /**
   * When the server closes: milliseconds that a silent client gets for its first bytes, and milliseconds in which clients
   * that the kernel has accepted are still taken. Live likewise. @default 100
   */
  closeDelay = CLOSE_DELAY_MS;
  /** Whether `serverClose()` waits for running requests. Live. @default true */
  blockOnClose = true;
  /** Anything that structured clone takes. A handler reads it as `this.server.context`. @default undefined */
  context: unknown = undefined;
  /** Whether the next request is taken while others are running. The mixins set it. Frozen. @default false */
  concurrent = false;
  /** Whether connections are left unread, for another thread or process to read. The mixins set it. Frozen. @default false */
  pauseOnConnect = false;
  #limits: RequestLimits | undefined;

  /**
   * Checks the fields before anything is opened. May be extended; call super.
   * @throws {SocketServerError} ERR_SOCKETSERVER_BAD_ARGUMENT for an invalid value, ERR_SOCKETSERVER_UNSUPPORTED
   * for one that this server cannot honour, ERR_SOCKETSERVER_BAD_ADDRESS; each names the field
   */
  protected checkFields(): void {
    checkAdmission(this);
    this.#readLimits();
  }

  /**
   * Freezes the fields that cannot change any more, and watches those that can. Called by `listen()`, once the server is
   * ready to serve. May be extended with `freezeFields()` and `watchFields()`; call super.
   */
  protected guardFields(): void {
    freezeFields(this, [
      'requestQueueSize',
      'allowReuseAddress',
      'allowReusePort',
      'concurrent',
      'pauseOnConnect',
    ]);
    watchFields(this, {
      timeout: { check: (ms: number | null) => checkMsOrNull('timeout', ms) },
      ...rulesFor(ADMISSION_CHECKS, () => this.admissionChanged()),
      ...rulesFor(LIMIT_CHECKS, () => {
        this.#readLimits();
        this.limitsChanged();
      }),
    });
  }

  /** Called when a field has changed that says how many requests are taken. */
  protected abstract admissionChanged(): void;

  /** Called when `requestLimits` has changed. A mixin passes it to its workers. May be overridden. */
  protected limitsChanged(): void {}

  /** How much requests may take; undefined before `listen()`. A mixin passes it to where the handler runs. */
  protected get requestLimits(): RequestLimits | undefined {
    return this.#limits;
  }

  /** The limits that only some kinds of sockets have. May be overridden. */
  protected socketLimits(): SocketLimits {
    return { handshakeTimeout: null, writeTimeout: null, maxReadSize: null };
  }

  #readLimits(): void {
    const { requestTimeout, timeoutGrace, closeDelay } = this;
    this.#limits = requestLimits({ requestTimeout, timeoutGrace, closeDelay, ...this.socketLimits() });
  }
}
