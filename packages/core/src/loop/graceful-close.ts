import { closeChannel } from '../requests/diagnostics.js';
import type { ActiveRequest } from '../requests/active-requests.js';
import { KILL_SETTLE_MS, type RequestLifecycle } from '../requests/request-lifecycle.js';
import type { ServerHooks } from '../servers/server-hooks.js';
import type { CloseReport } from '../servers/server-types.js';
import { within } from '../timing.js';
import type { Acceptor } from './acceptor.js';
import type { Lifecycle, UnderWay } from './lifecycle.js';
import { Suspension } from './suspension.js';

export interface GracefulCloseOptions<Request extends object> {
  readonly server: ServerHooks<Request>;
  readonly lifecycle: Lifecycle<Request>;
  readonly requests: RequestLifecycle<Request>;
  readonly acceptor: Acceptor<Request>;
  /** What `serverClose()` does where nobody overrides it. Idempotent. */
  readonly end: () => Promise<void>;
  /** Aborts the `signal` of every handler. */
  readonly abortRequests: (reason: unknown) => void;
  /** Ends requests by force. */
  readonly killRequests: () => Promise<void>;
  /** Resolves when no worker is left. */
  readonly workersEnded: () => Promise<void>;
}

/**
 * The end of a server, in one order: stop taking, drain, deadline, kill. `end()` is `serverClose()`: it has no deadline.
 * `drain()` is `close()`: it calls `serverClose()`, which mixins extend, and holds it to a deadline. Both are idempotent.
 */
export class GracefulClose<Request extends object> {
  readonly #options: GracefulCloseOptions<Request>;
  #ended: Promise<void> | undefined;
  #drained: Promise<CloseReport> | undefined;
  #isGraceful = false;
  /** Resolves when nothing is taken any more. */
  #taken: Promise<void> | undefined;
  /** Ends at the deadline: nothing is taken after it, and a `listen()` that is under way is not waited for. */
  readonly #patience = new Suspension();

  constructor(options: GracefulCloseOptions<Request>) {
    this.#options = options;
  }

  end(): Promise<void> {
    this.#ended ??= this.#end();
    return this.#ended;
  }

  /** @param graceMs - of the first call */
  drain(graceMs: number): Promise<CloseReport> {
    this.#drained ??= this.#drain(graceMs);
    return this.#drained;
  }

  async #end(): Promise<void> {
    const { server, lifecycle, requests, acceptor } = this.#options;
    const { active } = requests;
    const underWay = lifecycle.drain();
    this.#taken = this.#stopTaking(underWay);
    await this.#taken;
    await this.#step(() => acceptor.discard());
    if (server.socketType === 'datagram' && server.blockOnClose) {
      // Answers leave by the server's own socket: it stays until the last handler has ended.
      await this.#step(() => acceptor.source?.pause());
      await active.none();
    }
    await this.#step(() => acceptor.source?.close());
    if (server.blockOnClose) await active.none();
    lifecycle.close();
    requests.printer.flush();
    if (underWay.wasOpen && closeChannel.hasSubscribers) closeChannel.publish({ server });
  }

  /**
   * Ends the loop. Afterwards clients that the kernel has accepted are still served, if the server takes many at once,
   * and serves now or has served and is closed by `close()`.
   */
  async #stopTaking({ wasOpen, opened, loop }: UnderWay): Promise<void> {
    const { server, lifecycle } = this.#options;
    const hasClients = loop !== undefined || (this.#isGraceful && lifecycle.hasServed);
    this.#patience.begin();
    const patience = this.#patience.ended;
    void this.#step(() => server.shutdown());
    loop?.stop();
    await loop?.taking.catch(isThrownElsewhere);
    await Promise.race([opened?.catch(isThrownElsewhere), patience]);
    if (wasOpen && server.concurrent && hasClients) await this.#step(() => this.#takeArrived());
  }

  /** The other steps follow, whatever becomes of this one: a socket file that cannot be removed must not keep children. */
  async #step(act: () => unknown): Promise<void> {
    try {
      await act();
    } catch (error) {
      void this.#options.requests.report(error);
    }
  }

  /** An override of `serverClose()` may fail before it has called the one that it extends. */
  async #close(): Promise<void> {
    try {
      await this.#options.server.serverClose();
    } finally {
      await this.#options.end();
    }
  }

  /**
   * Takes what the kernel has accepted by now, within the limits, for at most `closeDelay` ms. It takes no more than can
   * have waited there: a flood of clients must not keep the server open.
   */
  async #takeArrived(): Promise<void> {
    const { acceptor, server } = this.#options;
    const { closeDelay, requestQueueSize } = server;
    acceptor.resume();
    if (!acceptor.isFree) return;
    const endsAt = performance.now() + closeDelay;
    await within(closeDelay, acceptor.finish());
    for (let left = requestQueueSize; left > 0 && acceptor.isFree; left--) {
      const deadline = this.#patience.ended;
      if (deadline === undefined) break;
      // An override of `getRequest()` may still hold a request that it has from the source.
      await within(Math.max(0, endsAt - performance.now()), Promise.race([acceptor.ready(), deadline]));
      if (!acceptor.takeReady()) break;
    }
    acceptor.source?.pause();
  }

  async #drain(graceMs: number): Promise<CloseReport> {
    const { requests, abortRequests, killRequests, workersEnded } = this.#options;
    const { active } = requests;
    const running = [...active];
    const endedElsewhere = active.elsewhere?.closing();
    this.#isGraceful = true;
    const ended = this.#close();
    ended.catch(isThrownElsewhere); // it is awaited later
    await this.#step(() => abortRequests(new DOMException('The server is closing', 'AbortError')));
    await within(graceMs, this.#idle());
    this.#patience.end();
    await this.#taken;
    const left = running.filter(isActive);
    const lostBefore = endedElsewhere?.().lost ?? 0;
    if (!active.areNone) {
      for (const request of active) request.isKilled = true;
      await this.#step(killRequests);
      await within(KILL_SETTLE_MS, active.none());
    }
    const abandoned = left.filter(isActive).length;
    for (const request of active) active.end(request, 'failed');
    try {
      await ended;
    } finally {
      await this.#step(workersEnded);
      requests.printer.flush();
    }
    const cut = running.filter((request) => request.isCut && !left.includes(request)).length;
    const drained = running.length - left.length - cut;
    const elsewhere = endedElsewhere?.() ?? { ended: 0, cut: 0, lost: 0 };
    return {
      drained: drained + elsewhere.ended - elsewhere.cut + lostBefore,
      cut: cut + elsewhere.cut,
      killed: left.length - abandoned + elsewhere.lost - lostBefore,
      abandoned,
    };
  }

  /** Resolves when nothing is taken any more, and nothing runs. */
  async #idle(): Promise<void> {
    await this.#taken;
    await this.#options.requests.active.none();
  }
}

function isActive({ slot }: ActiveRequest<object>): boolean {
  return slot !== -1;
}

/** The caller of `listen()`, `serveForever()` or `close()` gets the error. */
function isThrownElsewhere(): void {}
