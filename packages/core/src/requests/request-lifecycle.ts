import { ActiveRequests, type ActiveRequest, type Outcome } from './active-requests.js';
import type { ServerHooks } from '../servers/server-hooks.js';
import { disconnectChannel, requestsAreTraced, traceRequest } from './diagnostics.js';
import { isOwnError, isSocket, watchConnection, watchCut } from '../execution/connection-end.js';
import { guard } from '../execution/request-guard.js';
import type { RequestLimits } from '../execution/request-limits.js';
import { SocketServerError } from '../errors.js';
import { ErrorPrinter } from './error-printer.js';
import { within } from '../timing.js';
import type { Arrival } from '../sources/request-queue.js';

/** Milliseconds that handlers and hooks get, once their connections are closed, to notice it. */
export const KILL_SETTLE_MS = 100;

/**
 * Takes each request through its life — verify, process, shut down — by calling the server's methods, which are
 * the user's to override: whatever they do, a request is shut down once, counted once, and its error reported.
 */
export class RequestLifecycle<Request extends object> {
  readonly active = new ActiveRequests<Request>();
  readonly printer = new ErrorPrinter();
  readonly #server: ServerHooks<Request>;
  readonly #limits: () => RequestLimits | undefined;

  constructor(server: ServerHooks<Request>, limits: () => RequestLimits | undefined) {
    this.#server = server;
    this.#limits = limits;
  }

  /**
   * Never rejects. While the handler runs there is one promise here and no suspended function, each of which
   * would hold some 400 bytes: an idle connection should cost little more than its socket.
   */
  run([request, clientAddress]: Arrival<Request>): Promise<void> {
    const active = this.active.begin(request, clientAddress);
    if (isSocket(request)) watchConnection(request, active.scope);
    return this.#start(active).then(
      () => this.#returned(active),
      (error: unknown) => this.#fail(active, error),
    );
  }

  #start(active: ActiveRequest<Request>): Promise<void> {
    if (!requestsAreTraced()) return this.#verify(active);
    const { request, clientAddress } = active;
    return traceRequest(() => this.#verify(active), { server: this.#server, request, clientAddress });
  }

  #verify(active: ActiveRequest<Request>): Promise<void> {
    try {
      const verified = this.#server.verifyRequest(active.request, active.clientAddress);
      if (typeof verified === 'boolean') return this.#process(active, verified);
      return this.#guarded(active, Promise.resolve(verified)).then((answer) => this.#process(active, answer));
    } catch (error) {
      return Promise.reject(error as Error);
    }
  }

  /** The limits hold while `verifyRequest()` waits for something; one that answers at once costs nothing here. */
  #guarded(active: ActiveRequest<Request>, verified: Promise<boolean>): Promise<boolean> {
    const { request, scope } = active;
    guard({ request, scope, limits: this.#limits() });
    return scope.guard?.over(verified) ?? verified;
  }

  #process(active: ActiveRequest<Request>, isVerified: boolean): Promise<void> {
    active.isRejected = !isVerified;
    if (!isVerified) return Promise.resolve();
    return Promise.resolve(this.#server.processRequest(active.request, active.clientAddress));
  }

  /** When the server has ended its connection, or a listener has thrown, a handler that returns has failed all the same. */
  #returned(active: ActiveRequest<Request>): Promise<void> {
    if (active.isKilled) return this.#fail(active, killed());
    const { failure } = active.scope;
    if (failure !== undefined) return this.#fail(active, failure.error);
    return this.#end(active, active.isRejected ? 'rejected' : 'completed');
  }

  async #fail(active: ActiveRequest<Request>, thrown: unknown): Promise<void> {
    const { error } = active.scope.failure ?? { error: thrown };
    if (!active.isKilled && isOwnError(active.request, error)) {
      this.#tellDisconnect(active, error);
      await this.#end(active, 'disconnected', { error });
      return;
    }
    await this.#tell(error, active);
    await this.#end(active, 'failed', { error });
  }

  #tellDisconnect({ request, clientAddress }: ActiveRequest<Request>, error: unknown): void {
    if (!disconnectChannel.hasSubscribers) return;
    disconnectChannel.publish({ server: this.#server, request, clientAddress, error });
  }

  /** @param reported - the error with which the request has failed already */
  async #end(active: ActiveRequest<Request>, outcome: Outcome, reported?: { error: unknown }): Promise<void> {
    const { request, scope } = active;
    const isCut = isSocket(request) ? watchCut(request, scope) : undefined;
    // One that came to no handler has no guard yet, and its client may take nothing of what it was written.
    if (isSocket(request) && !request.destroyed) guard({ request, scope, limits: this.#limits() });
    try {
      await this.#server.shutdownRequest(request);
    } catch (error) {
      // A limit that has aborted the request is told of once, and not beside what else it failed of.
      const isTold = reported !== undefined && (error === reported.error || error === scope.reason);
      if (!isTold) await this.#tell(error, active);
      await this.closeQuietly(request);
      outcome = 'failed';
    }
    // A listener of the end of the connection may have thrown.
    const { failure } = scope;
    if (failure !== undefined && failure.error !== reported?.error) {
      await this.#tell(failure.error, active);
      outcome = 'failed';
    }
    active.isCut = isCut?.() ?? false;
    this.active.end(active, outcome);
  }

  /** For a request whose `shutdownRequest` threw, or that is not served: what `closeRequest` throws is not reported. */
  async closeQuietly(request: Request): Promise<void> {
    try {
      await this.#server.closeRequest(request);
    } catch {
      // the shutdown's error was reported, or nothing was begun
    }
  }

  /** Closes every request that runs. Resolves when that is done, or after {@link KILL_SETTLE_MS}. */
  async closeAll(): Promise<void> {
    const closing = Array.from(this.active, ({ request }) => this.closeQuietly(request));
    await within(KILL_SETTLE_MS, Promise.all(closing));
  }

  /**
   * An override of `handleError` may itself throw: then both errors are printed in the default form.
   * @returns settles when an override that takes its time has ended; never rejects
   */
  report(
    error: unknown,
    { request, clientAddress }: Partial<ActiveRequest<Request>> = {},
  ): Promise<void> | undefined {
    const printBoth = (second: unknown): void => {
      for (const each of [error, second]) this.printer.print(each, clientAddress);
    };
    try {
      const told: unknown = this.#server.handleError(error, request, clientAddress);
      return told === undefined ? undefined : Promise.resolve(told).then(() => {}, printBoth);
    } catch (second) {
      printBoth(second);
      return undefined;
    }
  }

  /** The client waits for `handleError`, but no longer than a request may take. */
  async #tell(error: unknown, active: ActiveRequest<Request>): Promise<void> {
    const told = this.report(error, active);
    const { requestTimeout } = this.#server;
    if (told !== undefined) await (requestTimeout === null ? told : within(requestTimeout, told));
  }
}

function killed(): SocketServerError {
  return new SocketServerError(
    'ERR_SOCKETSERVER_CLOSED',
    'Expected the request to end within `graceMs` of close(), got one that still ran; its connection was closed',
  );
}
