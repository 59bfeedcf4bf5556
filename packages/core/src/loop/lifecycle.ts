import { serverClosed, SocketServerError } from '../errors.js';
import { listenChannel } from '../requests/diagnostics.js';
import type { RequestLifecycle } from '../requests/request-lifecycle.js';
import type { ServerHooks } from '../servers/server-hooks.js';
import type { ServeForeverOptions, ServerState } from '../servers/server-types.js';
import { checkMs } from '../validation.js';
import type { Acceptor } from './acceptor.js';
import { ServeLoop } from './serve-loop.js';
import { ServiceTicker } from './service-ticker.js';

/** `state` shows `opening` as `idle`: clients cannot be served yet. */
type State =
  | { readonly name: 'idle' }
  | { readonly name: 'opening'; readonly opened: Promise<void> }
  | { readonly name: 'listening' }
  | { readonly name: 'serving' }
  | { readonly name: 'draining' }
  | { readonly name: 'closed' };

/** What runs when the end of a server begins. */
export interface UnderWay {
  /** Whether the server has listened. */
  readonly wasOpen: boolean;
  /** Settles as the `listen()` that has not ended does. */
  readonly opened: Promise<void> | undefined;
  readonly loop: ServeLoop | undefined;
}

export interface LifecycleOptions<Request extends object> {
  readonly server: ServerHooks<Request>;
  readonly requests: RequestLifecycle<Request>;
  readonly acceptor: Acceptor<Request>;
  /** Checks the fields, binds and activates. */
  readonly open: () => Promise<void>;
}

/**
 * What a server is doing, from `listen()` to its end: idle, opening, listening, serving, draining, closed. At most one
 * `serveForever()` or `handleRequest()` runs at a time.
 */
export class Lifecycle<Request extends object> {
  readonly #options: LifecycleOptions<Request>;
  #state: State = { name: 'idle' };
  #listening: Promise<void> | undefined;
  /** Of the `serveForever()` or the `handleRequest()` that runs. */
  #loop: ServeLoop | undefined;
  /** `shutdown()` was called while no `serveForever()` ran: the next one ends at once. */
  #isShutDownAhead = false;
  #hasServed = false;

  constructor(options: LifecycleOptions<Request>) {
    this.#options = options;
  }

  get state(): ServerState {
    const { name } = this.#state;
    switch (name) {
      case 'opening':
        return 'idle';
      case 'listening':
      case 'serving':
        return this.#options.acceptor.isSuspended ? 'suspended' : name;
      default:
        return name;
    }
  }

  /** Whether `serveForever()` has run, if only for a moment. */
  get hasServed(): boolean {
    return this.#hasServed;
  }

  listen(): Promise<void> {
    this.#listening ??= this.#listen();
    return this.#listening;
  }

  async serveForever({ pollInterval = 500, signal }: ServeForeverOptions): Promise<void> {
    checkMs('pollInterval', pollInterval);
    const { server, acceptor } = this.#options;
    const loop = this.#begin('serveForever');
    this.#hasServed = true;
    const stop = (): void => void server.shutdown();
    let ticker: ServiceTicker | undefined;
    try {
      signal?.addEventListener('abort', stop);
      if (signal?.aborted || this.#isShutDownAhead) loop.stop();
      this.#isShutDownAhead = false;
      await this.#listenUnlessClosed(loop);
      if (this.#state.name === 'listening') this.#state = { name: 'serving' };
      ticker = new ServiceTicker(pollInterval, () => this.#runServiceActions());
      loop.taking = acceptor.serve(loop);
      await loop.taking;
    } finally {
      signal?.removeEventListener('abort', stop);
      if (this.#state.name === 'serving') this.#state = { name: 'listening' };
      this.#loop = undefined;
      loop.end(); // before the ticker has stopped: `serviceActions()` may wait for `shutdown()`
      await ticker?.stop();
    }
  }

  async handleRequest(): Promise<void> {
    const { server, acceptor } = this.#options;
    if (server.timeout !== null) checkMs('timeout', server.timeout);
    const loop = this.#begin('handleRequest');
    let timer: NodeJS.Timeout | undefined;
    let isExpired = false;
    try {
      await server.listen();
      if (server.timeout !== null) {
        timer = setTimeout(() => {
          isExpired = true;
          loop.stop();
        }, server.timeout);
      }
      const taking = acceptor.takeNext(loop);
      loop.taking = taking;
      const begun = await taking;
      clearTimeout(timer);
      if (begun === undefined) {
        if (isExpired) await server.handleTimeout();
      } else if (!server.concurrent) {
        await begun.work;
      }
    } finally {
      clearTimeout(timer);
      this.#loop = undefined;
    }
  }

  shutdown(): Promise<void> {
    if (this.#loop?.kind !== 'serveForever') {
      this.#isShutDownAhead = true;
      return Promise.resolve();
    }
    this.#loop.stop();
    return this.#loop.ended;
  }

  /** Begins the end. @returns what is under way then */
  drain(): UnderWay {
    const { name } = this.#state;
    const wasOpen = name === 'listening' || name === 'serving';
    const opened = this.#state.name === 'opening' ? this.#state.opened : undefined;
    this.#state = { name: 'draining' };
    return { wasOpen, opened, loop: this.#loop };
  }

  /** Completes the end. */
  close(): void {
    this.#state = { name: 'closed' };
  }

  async #listen(): Promise<void> {
    const { server, open } = this.#options;
    if (this.#state.name !== 'idle') throw serverClosed('listen()');
    try {
      const opened = open();
      this.#state = { name: 'opening', opened };
      await opened;
    } catch (error) {
      await server.serverClose();
      throw error;
    }
    if (this.#isEnding) throw serverClosed('listen()');
    this.#state = { name: 'listening' };
    if (listenChannel.hasSubscribers) listenChannel.publish({ server });
  }

  /** A server that is closed while `serveForever()` starts it ends that call without an error. */
  async #listenUnlessClosed(loop: ServeLoop): Promise<void> {
    try {
      await this.#options.server.listen();
    } catch (error) {
      const code = (error as { code?: unknown } | undefined)?.code;
      if (!loop.isStopping || code !== 'ERR_SOCKETSERVER_CLOSED') throw error;
    }
  }

  /** Two loops at a time would take each other's requests. */
  #begin(kind: ServeLoop['kind']): ServeLoop {
    if (this.#isEnding) throw serverClosed('a request to be taken');
    if (this.#loop !== undefined) throw alreadyServing();
    this.#loop = new ServeLoop(kind);
    return this.#loop;
  }

  get #isEnding(): boolean {
    return this.#state.name === 'draining' || this.#state.name === 'closed';
  }

  async #runServiceActions(): Promise<void> {
    const { server, requests } = this.#options;
    try {
      await server.serviceActions();
    } catch (error) {
      void requests.report(error);
    }
  }
}

function alreadyServing(): SocketServerError {
  return new SocketServerError(
    'ERR_SOCKETSERVER_ALREADY_SERVING',
    'Expected one serveForever() or handleRequest() at a time, got a second; call shutdown() and await the first',
  );
}
