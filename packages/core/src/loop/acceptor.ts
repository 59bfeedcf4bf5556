import { setTimeout as delay } from 'node:timers/promises';
import { AcceptBackoff } from './accept-backoff.js';
import { Admission, type Obstacle, type OverloadAction } from './admission.js';
import type { ServerHooks } from '../servers/server-hooks.js';
import { acceptErrorChannel } from '../requests/diagnostics.js';
import { OwnContext } from '../execution/own-context.js';
import { PendingRequest } from './pending-request.js';
import type { RequestLifecycle } from '../requests/request-lifecycle.js';
import type { ServeLoop } from './serve-loop.js';
import type { Arrival } from '../sources/request-queue.js';
import type { RequestSource } from '../sources/request-source.js';
import { Suspension } from './suspension.js';
import { turn, within } from '../timing.js';

/** Milliseconds between two looks at whether a source has anything left. */
const LOOK_MS = 1;

/** A request that has begun; `work` settles when it has ended, and never rejects. */
export interface Begun {
  readonly work: Promise<void>;
}

/**
 * Takes requests from the source, as many as the server's limits allow, and hands them to the runner. While it takes
 * none the source is paused, so that clients wait in the kernel. No hook of the user's holds it up but `getRequest()`.
 */
export class Acceptor<Request extends object> {
  /** Where requests come from; there once the server is bound. */
  source: RequestSource<Request> | undefined;
  readonly suspension = new Suspension();
  readonly #server: ServerHooks<Request>;
  readonly #runner: RequestLifecycle<Request>;
  readonly #admission: Admission<Request>;
  readonly #pending = new PendingRequest<Request>();
  readonly #backoff = new AcceptBackoff();
  /** That of the next request, and of the `getRequest()` that brings it. */
  #context: OwnContext | undefined;
  #hasGivenUp = false;

  constructor(server: ServerHooks<Request>, runner: RequestLifecycle<Request>) {
    this.#server = server;
    this.#runner = runner;
    this.#admission = new Admission(server, runner.active);
  }

  /** Takes requests until the loop is to stop. */
  async serve(loop: ServeLoop): Promise<void> {
    while (!loop.isStopping) {
      const begun = await this.#takeOne(loop);
      if (begun === undefined || this.#server.concurrent) continue;
      this.#pauseUnlessDropping();
      await loop.until(begun.work);
    }
    this.source?.pause();
  }

  /** Takes and begins one request, or none when the loop is to stop before. */
  async takeNext(loop: ServeLoop): Promise<Begun | undefined> {
    let begun: Begun | undefined;
    while (begun === undefined && !loop.isStopping) begun = await this.#takeOne(loop);
    this.source?.pause();
    return begun;
  }

  /** Takes the next request, and begins it; undefined when there was none to begin, for whatever reason. */
  async #takeOne(loop: ServeLoop): Promise<Begun | undefined> {
    const obstacle = this.#obstacle();
    if (obstacle !== undefined) {
      this.#pauseUnlessDropping();
      await this.#waitOut(obstacle, loop);
      return undefined;
    }
    const taken = await this.#take(loop);
    if (taken === undefined) return undefined;
    const admitted = this.#admit(taken);
    if (admitted === 'waits') await loop.until(this.#admission.untilRoom());
    return typeof admitted === 'string' ? undefined : admitted;
  }

  get isSuspended(): boolean {
    return this.suspension.ended !== undefined;
  }

  /** Lets whoever waits for a request go on without one. */
  interrupt(): void {
    this.#pending.interrupt();
  }

  /** Leaves requests in the kernel from now on. */
  suspend(): void {
    this.suspension.begin();
    this.source?.pause();
    this.interrupt();
  }

  /** For the end: `takeArrived()` has taken long enough. */
  giveUp(): void {
    this.#hasGivenUp = true;
    this.interrupt();
  }

  /** For the end: nothing is taken any more, and what came and nobody took is closed. */
  discard(): void {
    this.#pending.discard(([request]) => void this.#runner.closeQuietly(request));
  }

  /**
   * For the end: what the kernel has by now is served, within the limits; no more than can have waited there, so that a
   * flood does not keep the server open.
   */
  async takeArrived(): Promise<void> {
    const { source } = this;
    this.suspension.end();
    if (source === undefined || this.#obstacle() !== undefined) return;
    const { closeDelay, requestQueueSize } = this.#server;
    const endsAt = performance.now() + closeDelay;
    await within(closeDelay, source.finish());
    for (let left = requestQueueSize; left > 0 && this.#mayTake; left--) {
      const next = this.#next().catch(isReportedNoMore);
      // An override of `getRequest()` may take its time with what it has got from the source.
      const timer = setInterval(() => {
        if (source.isWaitedFor || performance.now() >= endsAt) this.interrupt();
      }, LOOK_MS);
      const taken = await next;
      clearInterval(timer);
      if (taken === undefined || this.#admit(taken) === 'waits') break;
    }
    source.pause();
  }

  get #mayTake(): boolean {
    return !this.#hasGivenUp && this.#obstacle() === undefined;
  }

  /** The next request, or undefined when interrupted. Errors are reported once a spell, and waited out. */
  async #take(loop: ServeLoop): Promise<Arrival<Request> | undefined> {
    try {
      const taken = await this.#next();
      if (taken !== undefined) this.#backoff.succeeded();
      return taken;
    } catch (error) {
      if (this.#isEnding) return undefined;
      if (this.#backoff.passesOver(error)) {
        await turn();
        return undefined;
      }
      const { waitMs, isFirst } = this.#backoff.failed();
      this.source?.pause();
      if (isFirst) this.#reportAcceptError(error);
      await this.#waitOut({ waitMs }, loop);
      return undefined;
    }
  }

  /** The next request; undefined when interrupted. At most one call at a time. */
  #next(): Promise<Arrival<Request> | undefined> {
    this.source?.resume();
    const context = (this.#context ??= new OwnContext());
    return this.#pending.take(() => context.runInAsyncScope(() => this.#server.getRequest()));
  }

  /** Begins a request, turns it away, or lets it wait to be taken again: nothing else is taken before. */
  #admit(taken: Arrival<Request>): Begun | 'refused' | 'waits' {
    switch (this.#decide(taken)) {
      case 'accept': {
        const context = this.#context ?? new OwnContext();
        this.#context = undefined;
        return { work: context.runInAsyncScope(() => this.#runner.run(taken)) };
      }
      case 'reject':
        this.#refuse(taken);
        return 'refused';
      case 'pause':
        this.source?.pause();
        this.#pending.putBack(taken);
        return 'waits';
    }
  }

  /** Without ceremony: a flood of refusals must not cost more than accepting them. */
  #refuse([request]: Arrival<Request>): void {
    this.#runner.active.refused();
    void this.#runner.closeQuietly(request);
  }

  get #isEnding(): boolean {
    const { state } = this.#server;
    return state === 'draining' || state === 'closed';
  }

  #obstacle(): Obstacle | undefined {
    const { ended } = this.suspension;
    if (ended !== undefined) return { until: ended };
    const { active } = this.#runner;
    // One that an earlier loop has begun may still run.
    if (!this.#server.concurrent && active.size > 0) return { until: active.none() };
    return this.#admission.obstacle();
  }

  #decide(taken: Arrival<Request>): OverloadAction {
    try {
      return this.#admission.decide(taken);
    } catch (error) {
      void this.#runner.report(error);
      return 'reject';
    }
  }

  /** A server that drops datagrams reads on while it is busy: what it does not read, the kernel drops uncounted. */
  #pauseUnlessDropping(): void {
    const isDropping = this.#server.socketType === 'datagram' && this.#server.overload === 'reject';
    if (!isDropping || this.isSuspended) this.source?.pause();
  }

  /** `shutdown()` ends the wait early. */
  async #waitOut(obstacle: Obstacle, loop: ServeLoop): Promise<void> {
    if ('until' in obstacle) {
      await loop.until(obstacle.until);
      return;
    }
    const timer = new AbortController();
    await loop.until(delay(obstacle.waitMs, undefined, { signal: timer.signal }));
    timer.abort();
  }

  #reportAcceptError(error: unknown): void {
    if (acceptErrorChannel.hasSubscribers) acceptErrorChannel.publish({ server: this.#server, error });
    void this.#runner.report(error);
  }
}

/** The server is closing: that no further request can be had is no news. */
function isReportedNoMore(): undefined {
  return undefined;
}
