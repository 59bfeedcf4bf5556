import type { ServerStats } from '../requests/active-requests.js';
import { checkAdmission, type Overload } from '../loop/admission.js';
import type { BoundAddress, ClientAddress, ServerAddress } from '../address.js';
import { closeChannel, listenChannel } from '../requests/diagnostics.js';
import {
  checkHandler,
  checkNoHandlerIsLoading,
  checkSocketType,
  importHandler,
  type RequestHandlerConstructor,
  type RequestHandlerSource,
} from '../execution/handler-reference.js';
import {
  CLOSE_DELAY_MS,
  requestLimits,
  TIMEOUT_GRACE_MS,
  type RequestLimits,
} from '../execution/request-limits.js';
import { runHandler } from '../execution/run-handler.js';
import type { ServerView } from '../execution/server-view.js';
import { SocketServerError, unsupported } from '../errors.js';
import { errorReport } from '../requests/report-error.js';
import { RequestLifecycle } from '../requests/request-lifecycle.js';
import { Acceptor } from '../loop/acceptor.js';
import { ServeLoop } from '../loop/serve-loop.js';
import { ServiceTicker } from '../loop/service-ticker.js';
import { Suspension } from '../loop/suspension.js';
import { within } from '../timing.js';
import { checkMs } from '../validation.js';
import type { RequestSource } from '../sources/request-source.js';
import type { Arrival } from '../sources/request-queue.js';

/**
 * What a server is doing. `suspended`: it listens, and takes nothing until `resume()`. `draining`: it takes nothing
 * more, and waits for running requests.
 */
export type ServerState = 'idle' | 'listening' | 'serving' | 'suspended' | 'draining' | 'closed';

/** Of two signatures of `stats()`, a mixin's comes first. */
type StatsOf<Method> = Method extends { (): infer Stats; (): ServerStats } ? Stats : never;

/** What `status()` tells, in a form that JSON takes. */
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
  /** Ended by themselves, with every byte read that had been received, and every byte sent that had been written. */
  drained: number;
  /** Ended by themselves, with bytes that were not read or not sent. */
  cut: number;
  /** Ended because their connection, thread or process was ended. */
  killed: number;
  /** Still running in this thread, which nothing can end; their connections are closed. */
  abandoned: number;
}

/** How long handlers and hooks get, once their connections are closed, to notice it. */
const KILL_SETTLE_MS = 100;

/**
 * The base of every server: the loop that gets, verifies, processes, finishes and shuts down requests. It knows
 * no protocol (that is the handler's) and no socket (that is the subclass's, through `openSource`).
 *
 * - For the caller: `listen`, `serveForever`, `handleRequest`, `shutdown`, `suspend`, `resume`, `drain`,
 *   `serverClose`, `close`, `stats`, `status`, `fileno`, `serverAddress`, `state`.
 * - To override: `getRequest`, `verifyRequest`, `processRequest`, `finishRequest`, `shutdownRequest`,
 *   `closeRequest`, `handleError`, `handleTimeout`, `serviceActions`, `serverBind`, `serverActivate`.
 * - To tune, as fields: `requestQueueSize`, `timeout`, `maxConnections`, `overload`, `maxConnectionsPerHost`,
 *   `acceptRate`, `requestTimeout`, `timeoutGrace`, `blockOnClose`, `allowReuseAddress`, `allowReusePort`, `context`.
 *
 * Times are milliseconds. The constructor stores; `listen()` acts.
 */
export abstract class BaseServer<
  Request extends object = object,
  Address extends BoundAddress = BoundAddress,
> {
  readonly RequestHandlerClass: RequestHandlerSource;

  /** `AF_INET`, `AF_INET6` or `AF_UNIX`. */
  abstract readonly addressFamily: string;
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

  readonly #givenAddress: ServerAddress;
  readonly #runner = new RequestLifecycle<Request>(this);
  readonly #taker: Acceptor<Request> = new Acceptor(this, this.#runner);
  #state: Exclude<ServerState, 'suspended'> = 'idle';
  #listening: Promise<void> | undefined;
  #opening: Promise<void> | undefined;
  /** That of `serveForever()`. */
  #loop: ServeLoop | undefined;
  /** That of `serveForever()` or of `handleRequest()`. */
  #taking: ServeLoop | undefined;
  #shutdownAhead = false;
  #hasServed = false;
  #isGraceful = false;
  #taken: Promise<void> | undefined;
  /** Resolves when `close()` waits no longer for a `listen()` that is under way. */
  readonly #impatience = new Suspension();
  #closing: Promise<CloseReport> | undefined;
  #ending: Promise<void> | undefined;
  #Handler: RequestHandlerConstructor | undefined;
  #limits: RequestLimits | undefined;

  /**
   * @param serverAddress - `{host, port}`, a path or `{path}` for Unix, `{fd}` for an inherited socket
   * @param RequestHandlerClass - a class, or the `URL` of a module whose default export is one
   * @throws {SocketServerError} ERR_SOCKETSERVER_BAD_ADDRESS, ERR_SOCKETSERVER_BAD_HANDLER
   */
  constructor(serverAddress: ServerAddress, RequestHandlerClass: RequestHandlerSource) {
    this.#givenAddress = this.checkAddress(serverAddress);
    checkHandler(RequestHandlerClass);
    this.RequestHandlerClass = RequestHandlerClass;
  }

  // ── for the caller ──────────────────────────────────────────────────────────────────────────────────────

  get state(): ServerState {
    const isOpen = this.#state === 'listening' || this.#state === 'serving';
    return isOpen && this.#taker.suspension.ended !== undefined ? 'suspended' : this.#state;
  }

  /** The real address once listening (port 0 resolved), before that the one given. */
  get serverAddress(): Address {
    return (this.#taker.source?.address() ?? this.#givenAddress) as Address;
  }

  /** The socket of Node behind the server; undefined before `listen()`, and for Unix datagrams, which Node has not. */
  get socket(): object | undefined {
    return this.#taker.source?.socket;
  }

  /** The descriptor of the listening socket; -1 when there is none. It changes while the server runs. */
  fileno(): number {
    return this.#taker.source?.fileno() ?? -1;
  }

  /** How many requests have been taken, and what became of them. A mixin adds its own figures. */
  stats(): ServerStats {
    return this.#runner.active.stats();
  }

  /** What the server is doing, for whoever runs it. */
  status(): ServerStatus<Address, StatsOf<this['stats']>> {
    const serverAddress = this.#taker.source === undefined ? undefined : this.serverAddress;
    return { state: this.state, serverAddress, stats: this.stats() as StatsOf<this['stats']> };
  }

  /**
   * Binds and activates. When either fails the server is closed. Called again, it returns the same promise.
   * @throws the system's error (EADDRINUSE, EACCES, …), or what the handler's module throws while loading
   */
  listen(): Promise<void> {
    this.#listening ??= this.#listen();
    return this.#listening;
  }

  /**
   * Takes requests until `shutdown()`. Listens first, if nobody has. Can be run again after a shutdown.
   * @throws {SocketServerError} ERR_SOCKETSERVER_ALREADY_SERVING, ERR_SOCKETSERVER_CLOSED; what `listen()` throws
   */
  async serveForever({ pollInterval = 500, signal }: ServeForeverOptions = {}): Promise<void> {
    checkMs('pollInterval', pollInterval);
    const loop = this.#startTaking();
    this.#hasServed = true;
    const stop = (): void => void this.shutdown();
    this.#loop = loop;
    let ticker: ServiceTicker | undefined;
    try {
      signal?.addEventListener('abort', stop);
      if (signal?.aborted || this.#shutdownAhead) loop.stop();
      this.#shutdownAhead = false;
      await this.#listenUnlessClosed(loop);
      if (this.#state === 'listening') this.#state = 'serving';
      ticker = new ServiceTicker(pollInterval, {
        onTick: () => this.#runner.active.recheck(), // maxConnections may have been raised
        act: () => this.#runServiceActions(),
      });
      loop.taking = this.#taker.serve(loop);
      await loop.taking;
    } finally {
      signal?.removeEventListener('abort', stop);
      if (this.#state === 'serving') this.#state = 'listening';
      this.#taking = undefined;
      this.#loop = undefined;
      loop.end(); // before: `serviceActions()` may wait for it
      await ticker?.stop();
    }
  }

  /**
   * Takes exactly one request, or calls `handleTimeout()` after `timeout` ms without one that the limits allow. Later
   * requests stay in the kernel. Under a concurrent server it returns when the request has been started.
   */
  async handleRequest(): Promise<void> {
    if (this.timeout !== null) checkMs('timeout', this.timeout);
    const turn = this.#startTaking();
    let timer: NodeJS.Timeout | undefined;
    let expired = false;
    try {
      await this.listen();
      if (this.timeout !== null) {
        timer = setTimeout(() => {
          expired = true;
          turn.stop();
          this.#taker.interrupt();
        }, this.timeout);
      }
      const taking = this.#taker.takeNext(turn);
      turn.taking = taking;
      const begun = await taking;
      clearTimeout(timer);
      if (begun === undefined) {
        if (expired) await this.handleTimeout();
      } else if (!this.concurrent) {
        await begun.work;
      }
    } finally {
      clearTimeout(timer);
      this.#taking = undefined;
    }
  }

  /**
   * Ends `serveForever()`: no request is taken any more. May be called from anywhere, a handler included.
   * Resolves when the loop has ended; running requests go on. Before `serveForever()`, the next one ends at once.
   */
  shutdown(): Promise<void> {
    const loop = this.#loop;
    if (loop === undefined) {
      this.#shutdownAhead = true;
      return Promise.resolve();
    }
    loop.stop();
    this.#taker.interrupt();
    return loop.ended;
  }

  /**
   * Takes no request any more until `resume()`: clients wait in the kernel, on the same port. Running requests go on,
   * and so does `serveForever()`. Idempotent.
   */
  suspend(): void {
    this.#taker.suspend();
  }

  /** Takes requests again. Idempotent. */
  resume(): void {
    this.#taker.suspension.end();
  }

  /** Suspends, and resolves when no request is running any more. `resume()` goes on, `close()` ends. */
  async drain(): Promise<void> {
    this.suspend();
    await this.untilIdle();
  }

  /**
   * Closes the listening socket, and waits for running requests if `blockOnClose`. Idempotent. A server that is
   * closed stays closed. May be extended; call super.
   */
  serverClose(): Promise<void> {
    this.#ending ??= this.#end();
    return this.#ending;
  }

  /**
   * Ends gracefully: takes nothing more, aborts every handler's `signal`, waits for the handlers, and after
   * `graceMs` ends what is left. Idempotent: a second call returns the first one's promise.
   */
  close({ graceMs = 30_000 }: CloseOptions = {}): Promise<CloseReport> {
    checkMs('graceMs', graceMs);
    this.#closing ??= this.#drain(graceMs);
    return this.#closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  // ── to override ─────────────────────────────────────────────────────────────────────────────────────────

  /** Binds the address; afterwards `serverAddress` is the real one. May be extended; call super. */
  async serverBind(): Promise<void> {
    const source = this.openSource(this.#givenAddress);
    source.onDrop = () => this.#runner.active.dropped();
    this.#taker.source = source;
    await source.open();
  }

  /** Makes the server ready to serve: loads the handler where it will run. May be extended; call super. */
  async serverActivate(): Promise<void> {
    await this.loadHandler();
  }

  /** The next request and who sent it. May be overridden: a failure is reported, and the loop goes on. */
  getRequest(): Promise<Arrival<Request>> {
    const source = this.#taker.source;
    return source === undefined ? Promise.reject(closed('getRequest()')) : source.next();
  }

  /** Whether to serve this client. false: it is shut down, and counted as rejected. May be overridden. */
  verifyRequest(_request: Request, _clientAddress: ClientAddress): boolean | Promise<boolean> {
    return true;
  }

  /**
   * Runs a request; settles when its handler is done, and rejects with what that threw. The loop then reports,
   * shuts down and counts the request. A mixin overrides this to decide where it runs. May be overridden.
   */
  processRequest(request: Request, clientAddress: ClientAddress): Promise<void> {
    return this.finishRequest(request, clientAddress);
  }

  /** Builds the handler and runs it in this thread. May be overridden. */
  finishRequest(request: Request, clientAddress: ClientAddress): Promise<void> {
    const Handler = this.#Handler;
    const active = this.#runner.active.find(request);
    if (Handler === undefined || active === undefined) return Promise.reject(closed('finishRequest()'));
    const { scope } = active;
    return runHandler(Handler, { request, clientAddress, server: this.#view, scope, limits: this.#limits });
  }

  /** Flushes, half-closes and closes a request. Called once for each, whatever happened. May be extended; call super. */
  abstract shutdownRequest(request: Request): void | Promise<void>;

  /** Closes a request without ceremony. May be extended; call super. */
  abstract closeRequest(request: Request): void | Promise<void>;

  /**
   * Learns of whatever a request's handler, verification or shutdown threw, wherever it ran; and, without a
   * request, of failures to accept and of a `serviceActions()` that threw. Prints a block on stderr, as CPython
   * does. May be overridden.
   */
  handleError(error: unknown, _request?: Request, clientAddress?: ClientAddress): void | Promise<void> {
    console.error(errorReport(error, clientAddress));
  }

  /** Called by `handleRequest()` when `timeout` has passed. May be overridden. */
  handleTimeout(): void | Promise<void> {}

  /** Called by `serveForever()` every `pollInterval` ms. May be overridden. */
  serviceActions(): void | Promise<void> {}

  // ── for subclasses and mixins ───────────────────────────────────────────────────────────────────────────

  /** @throws {SocketServerError} ERR_SOCKETSERVER_BAD_ADDRESS */
  protected abstract checkAddress(address: ServerAddress): ServerAddress;

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

  /** For `checkFields` of a mixin that runs handlers elsewhere. @throws {SocketServerError} ERR_SOCKETSERVER_UNSUPPORTED */
  protected checkRunsElsewhere(): void {
    if (this.finishRequest === BaseServer.prototype.finishRequest) return;
    throw unsupported({
      field: 'finishRequest()',
      expected: 'left alone where handlers run in threads or children',
      got: this.constructor,
      cure: 'nothing would call it: override `processRequest()`, or the handler’s `setup()` and `finish()`',
    });
  }

  /** Makes the socket; `open()` on what is returned binds it. */
  protected abstract openSource(address: ServerAddress): RequestSource<Request>;

  /** Loads the handler into this thread. A mixin loads it where it will run instead. */
  protected async loadHandler(): Promise<void> {
    const { RequestHandlerClass: source, socketType } = this;
    this.#Handler =
      'href' in source
        ? await importHandler({ url: source.href, name: null, socketType })
        : checkSocketType(source, socketType);
  }

  /** How long requests may take. A mixin passes it to where the handler runs. */
  protected get requestLimits(): RequestLimits | undefined {
    return this.#limits;
  }

  /** The time limits that only streams have. */
  protected streamLimits(): Pick<RequestLimits, 'handshakeTimeout' | 'writeTimeout'> {
    return { handshakeTimeout: null, writeTimeout: null };
  }

  /** Resolves when no request is running. */
  protected untilIdle(): Promise<void> {
    return this.#runner.active.none();
  }

  /** Aborts the `signal` of every running handler. A mixin passes it on. */
  protected abortRequests(reason: unknown): void {
    this.#runner.active.abort(reason);
  }

  /** Resolves when no worker is left, for `close()`; a mixin's `serverClose()` need not wait for that. */
  protected workersEnded(): Promise<void> {
    return Promise.resolve();
  }

  /** Ends running requests by force. A mixin ends its workers too. */
  protected async killRequests(): Promise<void> {
    const closing = Array.from(this.#runner.active, ({ request }) => this.#runner.closeQuietly(request));
    await within(KILL_SETTLE_MS, Promise.all(closing));
  }

  // ── the loop ────────────────────────────────────────────────────────────────────────────────────────────

  readonly #view: ServerView = ((server: BaseServer<Request, Address>) => ({
    get serverAddress() {
      return server.serverAddress;
    },
    get context() {
      return server.context;
    },
    shutdown: () => void server.shutdown(),
  }))(this);

  async #listen(): Promise<void> {
    if (this.#state !== 'idle') throw closed('listen()');
    try {
      checkNoHandlerIsLoading();
      this.checkFields();
      this.#opening = this.#open();
      await this.#opening;
    } catch (error) {
      await this.serverClose();
      throw error;
    }
    if (this.#isEnding()) throw closed('listen()');
    this.#state = 'listening';
    if (listenChannel.hasSubscribers) listenChannel.publish({ server: this });
  }

  async #open(): Promise<void> {
    await this.serverBind();
    await this.serverActivate();
  }

  /** A server that is closed while it starts to serve has served, for no time at all: that is no error. */
  async #listenUnlessClosed(loop: ServeLoop): Promise<void> {
    try {
      await this.listen();
    } catch (error) {
      const wasClosed =
        loop.isStopping && (error as { code?: unknown } | undefined)?.code === 'ERR_SOCKETSERVER_CLOSED';
      if (!wasClosed) throw error;
    }
  }

  /** One loop, or one `handleRequest()`, at a time: two would take each other's requests. */
  #startTaking(): ServeLoop {
    if (this.#isEnding()) throw closed('a request to be taken');
    if (this.#taking !== undefined) {
      throw new SocketServerError(
        'ERR_SOCKETSERVER_ALREADY_SERVING',
        'Expected one serveForever() or handleRequest() at a time, got a second; call shutdown() and await the first',
      );
    }
    this.#taking = new ServeLoop();
    return this.#taking;
  }

  /** The state can change during every await; a method keeps TypeScript from assuming otherwise. */
  #isEnding(): boolean {
    return this.#state === 'draining' || this.#state === 'closed';
  }

  async #runServiceActions(): Promise<void> {
    try {
      await this.serviceActions();
    } catch (error) {
      await this.#runner.report(error);
    }
  }

  // ── the end, in one order: stop taking, drain, deadline, kill ───────────────────────────────────────────

  async #end(): Promise<void> {
    const wasOpen = this.#state !== 'idle';
    this.#state = 'draining';
    this.#taken = this.#endTaking(wasOpen);
    await this.#taken;
    this.#taker.discard();
    if (this.socketType === 'datagram' && this.blockOnClose) {
      // Answers leave by the server's own socket: it stays until the last handler has ended.
      this.#taker.source?.pause();
      await this.#runner.active.none();
    }
    await this.#taker.source?.close();
    if (this.blockOnClose) await this.#runner.active.none();
    this.#state = 'closed';
    if (wasOpen && closeChannel.hasSubscribers) closeChannel.publish({ server: this });
  }

  /** Ends the loop, if one runs. Clients of a server that has served, and takes many at once, are served if they are here. */
  async #endTaking(wasOpen: boolean): Promise<void> {
    const loop = this.#taking;
    const takesArrived =
      wasOpen && this.concurrent && (loop !== undefined || (this.#isGraceful && this.#hasServed));
    this.#impatience.begin();
    const impatience = this.#impatience.ended;
    void this.shutdown();
    loop?.stop();
    this.#taker.interrupt();
    await loop?.taking;
    await Promise.race([this.#opening?.catch(isReportedByListen), impatience]);
    if (takesArrived) await this.#taker.takeArrived();
  }

  async #drain(graceMs: number): Promise<CloseReport> {
    const running = [...this.#runner.active];
    this.#isGraceful = true;
    const ended = this.serverClose();
    this.abortRequests(new DOMException('The server is closing', 'AbortError'));
    await within(graceMs, this.#idle());
    this.#impatience.end();
    this.#taker.giveUp();
    await this.#taken;
    const left = running.filter(isActive);
    if (this.#runner.active.size > 0) {
      for (const active of this.#runner.active) active.isKilled = true;
      await this.killRequests();
      await within(KILL_SETTLE_MS, this.#runner.active.none());
    }
    const abandoned = left.filter(isActive).length;
    for (const active of this.#runner.active) this.#runner.active.end(active, 'failed');
    await ended;
    await this.workersEnded();
    const cut = running.filter((active) => !left.includes(active) && active.isCut).length;
    const drained = running.length - left.length - cut;
    return { drained, cut, killed: left.length - abandoned, abandoned };
  }

  /** Resolves when nothing is taken any more, and nothing runs. */
  async #idle(): Promise<void> {
    await this.#taken;
    await this.#runner.active.none();
  }
}

/** Whoever called `listen()` has the error; closing only waits until there is nothing half open. */
function isReportedByListen(): void {}

function isActive({ slot }: { slot: number }): boolean {
  return slot !== -1;
}

function closed(what: string): SocketServerError {
  return new SocketServerError(
    'ERR_SOCKETSERVER_CLOSED',
    `Expected an open server for ${what}, got one that is closed; make a new one`,
  );
}
