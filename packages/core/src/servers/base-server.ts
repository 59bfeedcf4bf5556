import type { BoundAddress, ClientAddress, ServerAddress } from '../address.js';
import { serverClosed } from '../errors.js';
import {
  checkHandler,
  checkNoHandlerIsLoading,
  type RequestHandlerSource,
} from '../execution/handler-reference.js';
import { LocalHandler } from '../execution/local-handler.js';
import { viewOf } from '../execution/server-view.js';
import { Acceptor } from '../loop/acceptor.js';
import { GracefulClose } from '../loop/graceful-close.js';
import { Lifecycle } from '../loop/lifecycle.js';
import type { RequestsElsewhere, ServerStats } from '../requests/active-requests.js';
import { RequestLifecycle } from '../requests/request-lifecycle.js';
import type { Arrival } from '../sources/request-queue.js';
import type { RequestSource } from '../sources/request-source.js';
import { checkMs } from '../validation.js';
import { ServerFields } from './server-fields.js';
import type { ServerHooks } from './server-hooks.js';
import type {
  CloseOptions,
  CloseReport,
  ServeForeverOptions,
  ServerState,
  ServerStatus,
  StatsOf,
} from './server-types.js';

/**
 * The base of every server: the loop that gets, verifies, processes, finishes and shuts down requests. It knows
 * no protocol (that is the handler's) and no socket (that is the subclass's, through `openSource`).
 *
 * - For the caller: `listen`, `serveForever`, `handleRequest`, `shutdown`, `suspend`, `resume`, `drain`,
 *   `serverClose`, `close`, `stats`, `status`, `fileno`, `serverAddress`, `state`.
 * - To override: `getRequest`, `verifyRequest`, `processRequest`, `finishRequest`, `shutdownRequest`,
 *   `closeRequest`, `handleError`, `handleTimeout`, `serviceActions`, `serverBind`, `serverActivate`.
 * - To tune: the fields of `ServerFields`.
 *
 * Times are milliseconds. The constructor stores; `listen()` acts.
 */
export abstract class BaseServer<Request extends object = object, Address extends BoundAddress = BoundAddress>
  extends ServerFields<Request>
  implements ServerHooks<Request>
{
  readonly RequestHandlerClass: RequestHandlerSource;

  /** `AF_INET`, `AF_INET6` or `AF_UNIX`. */
  abstract readonly addressFamily: string;
  readonly #givenAddress: ServerAddress;
  readonly #requests = new RequestLifecycle<Request>(this, () => this.requestLimits);
  readonly #acceptor = new Acceptor<Request>({
    server: this,
    requests: this.#requests,
    takesFromSource: () => this.getRequest === BaseServer.prototype.getRequest,
  });
  readonly #lifecycle = new Lifecycle<Request>({
    server: this,
    requests: this.#requests,
    acceptor: this.#acceptor,
    open: () => this.#open(),
  });
  readonly #end = new GracefulClose<Request>({
    server: this,
    lifecycle: this.#lifecycle,
    requests: this.#requests,
    acceptor: this.#acceptor,
    end: () => this.endServer(),
    abortRequests: (reason) => this.abortRequests(reason),
    killRequests: () => this.killRequests(),
    workersEnded: () => this.workersEnded(),
  });
  readonly #handler = new LocalHandler();
  readonly #view = viewOf(this);

  /**
   * @param serverAddress - `{host, port}`, a path or `{path}` for Unix, `{fd}` for an inherited socket
   * @param RequestHandlerClass - a class, or the `URL` of a module whose default export is one
   * @throws {SocketServerError} ERR_SOCKETSERVER_BAD_ADDRESS, ERR_SOCKETSERVER_BAD_HANDLER
   */
  constructor(serverAddress: ServerAddress, RequestHandlerClass: RequestHandlerSource) {
    super();
    this.#givenAddress = this.checkAddress(serverAddress);
    checkHandler(RequestHandlerClass);
    this.RequestHandlerClass = RequestHandlerClass;
  }

  // ── for the caller ──────────────────────────────────────────────────────────────────────────────────────

  get state(): ServerState {
    return this.#lifecycle.state;
  }

  /** The real address once listening (port 0 resolved), before that the one given. */
  get serverAddress(): Address {
    return (this.#acceptor.source?.address() ?? this.#givenAddress) as Address;
  }

  /** The socket of Node behind the server; undefined before `listen()`, and for Unix datagrams: Node has no such sockets. */
  get socket(): object | undefined {
    return this.#acceptor.source?.socket;
  }

  /** The descriptor of the listening socket; -1 when there is none. It changes while the server runs. */
  fileno(): number {
    return this.#acceptor.source?.fileno() ?? -1;
  }

  /** How many requests have been taken, and what became of them. A mixin adds its own figures. */
  stats(): ServerStats {
    return this.#requests.active.stats();
  }

  /** What the server is doing, for whoever runs it. */
  status(): ServerStatus<Address, StatsOf<this['stats']>> {
    const serverAddress = this.#acceptor.source === undefined ? undefined : this.serverAddress;
    return { state: this.state, serverAddress, stats: this.stats() as StatsOf<this['stats']> };
  }

  /**
   * Binds and activates. When either fails the server is closed. Called again, it returns the same promise.
   * @throws the system's error (EADDRINUSE, EACCES, …), or what the handler's module throws while loading
   */
  listen(): Promise<void> {
    return this.#lifecycle.listen();
  }

  /**
   * Takes requests until `shutdown()`. Listens first, if nobody has. Can be run again after a shutdown.
   * @throws {SocketServerError} ERR_SOCKETSERVER_ALREADY_SERVING, ERR_SOCKETSERVER_CLOSED; what `listen()` throws
   */
  serveForever(options: ServeForeverOptions = {}): Promise<void> {
    return this.#lifecycle.serveForever(options);
  }

  /**
   * Takes exactly one request, or calls `handleTimeout()` after `timeout` ms without one that the limits allow. Later
   * requests stay in the kernel. Under a concurrent server it returns when the request has been started.
   */
  handleRequest(): Promise<void> {
    return this.#lifecycle.handleRequest();
  }

  /**
   * Ends `serveForever()`: no request is taken any more. May be called from anywhere, a handler included.
   * Resolves when the loop has ended; running requests go on. Before `serveForever()`, the next one ends at once.
   */
  shutdown(): Promise<void> {
    return this.#lifecycle.shutdown();
  }

  /**
   * Takes no request until `resume()`: clients wait in the kernel, on the same port. Running requests and
   * `serveForever()` go on. Idempotent.
   */
  suspend(): void {
    this.#acceptor.suspend();
  }

  /** Takes requests again. Idempotent. */
  resume(): void {
    this.#acceptor.resume();
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
    return this.endServer();
  }

  /**
   * Ends gracefully: takes nothing more, aborts every handler's `signal`, waits for the handlers, and after
   * `graceMs` ends what is left. Idempotent: a second call returns the first one's promise.
   */
  close({ graceMs = 30_000 }: CloseOptions = {}): Promise<CloseReport> {
    checkMs('graceMs', graceMs);
    return this.#end.drain(graceMs);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  // ── to override ─────────────────────────────────────────────────────────────────────────────────────────

  /** Binds the address; afterwards `serverAddress` is the real one. May be extended; call super. */
  async serverBind(): Promise<void> {
    const source = this.shareSource(this.openSource(this.#givenAddress));
    source.onDrop = () => this.#requests.active.dropped();
    source.onUnsent = () => this.#requests.active.unsent();
    this.#acceptor.source = source;
    await source.open();
  }

  /** Makes the server ready to serve: loads the handler where it will run. May be extended; call super. */
  async serverActivate(): Promise<void> {
    await this.loadHandler();
  }

  /**
   * The next request and who sent it; waits for one if there is none. The loop calls it when one has come. May be
   * overridden: an override is called at once, may bring requests from elsewhere, and its failure is reported.
   * @throws {SocketServerError} ERR_SOCKETSERVER_CLOSED without a listening socket; the error of accept(2) or recvfrom(2)
   */
  getRequest(): Promise<Arrival<Request>> {
    const source = this.#acceptor.source;
    return source === undefined ? Promise.reject(serverClosed('getRequest()')) : source.next();
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
    const scope = this.#requests.active.find(request)?.scope;
    if (scope === undefined) return Promise.reject(serverClosed('finishRequest()'));
    const { requestLimits: limits } = this;
    return this.#handler.run({ request, clientAddress, server: this.#view, scope, limits });
  }

  /** Flushes, half-closes and closes a request. Called once for each, whatever happened. May be extended; call super. */
  abstract shutdownRequest(request: Request): void | Promise<void>;

  /** Closes a request at once: nothing is flushed. May be extended; call super. */
  abstract closeRequest(request: Request): void | Promise<void>;

  /**
   * Gets what a request's handler, verification or shutdown threw, wherever it ran. Without a request: a failure to
   * accept, what `serviceActions()` threw, or what could not be done when the server closed. Prints a block on stderr, as
   * CPython does; of more than ten in a second only their number. When it is async, the client is let go after it, after
   * `requestTimeout`, or by `close()`. May be overridden.
   */
  handleError(error: unknown, _request?: Request, clientAddress?: ClientAddress): void | Promise<void> {
    this.#requests.printer.print(error, clientAddress);
  }

  /** Called by `handleRequest()` when `timeout` has passed. May be overridden. */
  handleTimeout(): void | Promise<void> {}

  /** Called by `serveForever()` every `pollInterval` ms. May be overridden. */
  serviceActions(): void | Promise<void> {}

  // ── for subclasses and mixins ───────────────────────────────────────────────────────────────────────────

  /** @throws {SocketServerError} ERR_SOCKETSERVER_BAD_ADDRESS */
  protected abstract checkAddress(address: ServerAddress): ServerAddress;

  /** Makes the socket; `open()` on what is returned binds it. */
  protected abstract openSource(address: ServerAddress): RequestSource<Request>;

  /** For a mixin whose workers take requests from the socket themselves: what the loop of this side is to see of it. */
  protected shareSource(source: RequestSource<Request>): RequestSource<Request> {
    return source;
  }

  /** Loads the handler into this thread. A mixin loads it where it will run instead. */
  protected async loadHandler(): Promise<void> {
    await this.#handler.load(this.RequestHandlerClass, this.socketType);
  }

  /** For a mixin that runs a request elsewhere. @returns the milliseconds of `requestTimeout` that it has taken here */
  protected handOff(request: Request): number {
    return this.#requests.active.find(request)?.scope.guard?.handOff() ?? 0;
  }

  protected override admissionChanged(): void {
    this.#acceptor.limitsChanged();
  }

  /** What `serverClose()` does. A mixin ends its workers too. Idempotent. */
  protected endServer(): Promise<void> {
    return this.#end.end();
  }

  /** Calls `handleError()` for a failure that belongs to no request of this thread. */
  protected reportError(error: unknown, clientAddress?: ClientAddress): void {
    void this.#requests.report(error, clientAddress === undefined ? {} : { clientAddress });
  }

  /** For a mixin whose workers take requests for themselves: they count as the server's. */
  protected countElsewhere(requests: RequestsElsewhere): void {
    this.#requests.active.elsewhere = requests;
  }

  /** Resolves when no request is running. */
  protected untilIdle(): Promise<void> {
    return this.#requests.active.none();
  }

  /** Aborts the `signal` of every running handler. A mixin passes it on. */
  protected abortRequests(reason: unknown): void {
    this.#requests.active.abort(reason);
  }

  /** Resolves when no worker is left, for `close()`; a mixin's `serverClose()` need not wait for that. */
  protected workersEnded(): Promise<void> {
    return Promise.resolve();
  }

  /** Ends running requests by force. A mixin ends its workers too. */
  protected async killRequests(): Promise<void> {
    await this.#requests.closeAll();
  }

  async #open(): Promise<void> {
    checkNoHandlerIsLoading();
    this.checkFields();
    await this.serverBind();
    await this.serverActivate();
    this.guardFields();
  }
}
