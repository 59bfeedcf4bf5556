import { setTimeout as delay } from 'node:timers/promises';
import { AcceptBackoff, isPassing } from './accept-backoff.js';
import { Admission, type Obstacle, type OverloadAction } from './admission.js';
import type { BaseServer } from './base-server.js';
import { acceptErrorChannel } from './diagnostics.js';
import { PendingRequest } from './pending-request.js';
import type { RequestRunner } from './request-runner.js';
import type { ServeLoop } from './serve-loop.js';
import type { Arrival } from './sources/request-queue.js';
import type { RequestSource } from './sources/request-source.js';
import { Suspension } from './suspension.js';

/**
 * Takes requests from the source, as many as the server's limits allow, and hands them to the runner. While it takes
 * none the source is paused, so that clients wait in the kernel.
 */
export class RequestTaker<Request extends object> {
  /** Where requests come from; there once the server is bound. */
  source: RequestSource<Request> | undefined;
  readonly suspension = new Suspension();
  readonly #server: BaseServer<Request>;
  readonly #runner: RequestRunner<Request>;
  readonly #admission: Admission<Request>;
  readonly #pending = new PendingRequest<Arrival<Request>>();
  readonly #backoff = new AcceptBackoff();

  constructor(server: BaseServer<Request>, runner: RequestRunner<Request>) {
    this.#server = server;
    this.#runner = runner;
    this.#admission = new Admission(server, runner.active);
  }

  /** Takes requests until the loop is to stop. */
  async serve(loop: ServeLoop): Promise<void> {
    while (!loop.isStopping) {
      const obstacle = this.#obstacle();
      if (obstacle !== undefined) {
        this.#pauseUnlessDropping();
        await this.#waitOut(obstacle, loop);
        continue;
      }
      const taken = await this.take(loop);
      if (taken === undefined) continue;
      const action = this.#decide(taken);
      if (action !== 'accept') {
        await this.#turnAway(taken, action, loop);
        continue;
      }
      const work = this.#runner.run(taken);
      if (this.#server.concurrent) continue;
      this.#pauseUnlessDropping();
      await loop.until(work);
    }
  }

  /** The next request, or undefined when interrupted. Errors are reported once a spell, and waited out. */
  async take(loop?: ServeLoop): Promise<Arrival<Request> | undefined> {
    this.source?.resume();
    try {
      const taken = await this.#pending.take(() => this.#server.getRequest());
      if (taken !== undefined) this.#backoff.succeeded();
      return taken;
    } catch (error) {
      if (isPassing(error) || this.#isEnding) return undefined;
      const { waitMs, isFirst } = this.#backoff.failed();
      this.source?.pause();
      if (isFirst) await this.#reportAcceptError(error);
      await this.#waitOut({ waitMs }, loop);
      return undefined;
    }
  }

  /** Lets the `take` that waits return without a request. */
  interrupt(): void {
    this.#pending.interrupt();
  }

  /** Leaves requests in the kernel from now on. */
  suspend(): void {
    this.suspension.begin();
    this.source?.pause();
    this.interrupt();
  }

  /** For the end: nothing is taken any more, and what came and nobody took is closed. */
  discard(): void {
    this.#pending.discard(([request]) => void this.#runner.closeQuietly(request));
  }

  get #isEnding(): boolean {
    const { state } = this.#server;
    return state === 'draining' || state === 'closed';
  }

  #obstacle(): Obstacle | undefined {
    const { ended } = this.suspension;
    return ended === undefined ? this.#admission.obstacle() : { until: ended };
  }

  #decide(taken: Arrival<Request>): OverloadAction {
    try {
      return this.#admission.decide(taken);
    } catch (error) {
      void this.#runner.report(error);
      return 'reject';
    }
  }

  async #turnAway(
    taken: Arrival<Request>,
    action: Exclude<OverloadAction, 'accept'>,
    loop: ServeLoop,
  ): Promise<void> {
    if (action === 'reject') {
      this.#runner.active.refused();
      // Without ceremony: a flood of refusals must not cost more than accepting them.
      await this.#runner.closeQuietly(taken[0]);
    } else {
      this.source?.pause();
      this.#pending.putBack(taken);
      await loop.until(this.#admission.untilRoom());
    }
  }

  /** A server that drops datagrams reads on while it is busy: what it does not read, the kernel drops uncounted. */
  #pauseUnlessDropping(): void {
    const isDropping = this.#server.socketType === 'datagram' && this.#server.overload === 'reject';
    if (!isDropping || this.suspension.ended !== undefined) this.source?.pause();
  }

  /** `shutdown()` ends the wait early. */
  async #waitOut(obstacle: Obstacle, loop: ServeLoop | undefined): Promise<void> {
    if ('until' in obstacle) {
      await (loop === undefined ? obstacle.until : loop.until(obstacle.until));
      return;
    }
    const timer = new AbortController();
    const over = delay(obstacle.waitMs, undefined, { signal: timer.signal });
    await (loop === undefined ? over : loop.until(over));
    timer.abort();
  }

  async #reportAcceptError(error: unknown): Promise<void> {
    if (acceptErrorChannel.hasSubscribers) acceptErrorChannel.publish({ server: this.#server, error });
    await this.#runner.report(error);
  }
}
