import { setTimeout as delay } from 'node:timers/promises';
import type { RequestLifecycle } from '../requests/request-lifecycle.js';
import type { ServerHooks } from '../servers/server-hooks.js';
import type { RequestSource } from '../sources/request-source.js';
import { turn } from '../timing.js';
import { AcceptFailures } from './accept-failures.js';
import { Admission, type Obstacle, type OverloadAction } from './admission.js';
import { NextRequest, type Taken } from './next-request.js';
import type { ServeLoop } from './serve-loop.js';
import { Suspension } from './suspension.js';

/** A request that has begun; `work` settles when it has ended, and never rejects. */
export interface Begun {
  readonly work: Promise<void>;
}

export interface AcceptorOptions<Request extends object> {
  readonly server: ServerHooks<Request>;
  readonly requests: RequestLifecycle<Request>;
  /** Whether `getRequest()` takes from the source, and does nothing else. */
  readonly takesFromSource: () => boolean;
}

/**
 * Takes requests, as many as the server's limits allow, and begins them. While it takes none the source is paused, so
 * that clients wait in the kernel. It waits for one thing at a time, in `ServeLoop.until()`, and decides anew after each
 * wait. Of the user's hooks only `getRequest()` holds it up.
 */
export class Acceptor<Request extends object> {
  /** Where requests come from; undefined before the server is bound. */
  source: RequestSource<Request> | undefined;
  readonly #server: ServerHooks<Request>;
  readonly #requests: RequestLifecycle<Request>;
  readonly #admission: Admission<Request>;
  readonly #next: NextRequest<Request>;
  readonly #failures: AcceptFailures<Request>;
  readonly #suspension = new Suspension();
  /** The loop that takes requests now. */
  #loop: ServeLoop | undefined;

  constructor({ server, requests, takesFromSource }: AcceptorOptions<Request>) {
    this.#server = server;
    this.#requests = requests;
    this.#admission = new Admission(server, requests.active);
    this.#failures = new AcceptFailures(server, requests);
    this.#next = new NextRequest({ server, requests, source: () => this.source, takesFromSource });
  }

  /** Takes requests until the loop is to stop. */
  async serve(loop: ServeLoop): Promise<void> {
    this.#loop = loop;
    while (!loop.isStopping) {
      const step = this.#step(loop);
      if (step === undefined) continue;
      if (!('work' in step)) {
        await step;
      } else if (!this.#server.concurrent) {
        this.#pauseUnlessDropping();
        await loop.until(step.work);
      }
    }
    this.source?.pause();
  }

  /** Takes and begins one request, or none when the loop is to stop before. */
  async takeNext(loop: ServeLoop): Promise<Begun | undefined> {
    this.#loop = loop;
    let begun: Begun | undefined;
    while (begun === undefined && !loop.isStopping) {
      const step = this.#step(loop);
      if (step !== undefined && 'work' in step) begun = step;
      else await step;
    }
    this.source?.pause();
    return begun;
  }

  get isSuspended(): boolean {
    return this.#suspension.ended !== undefined;
  }

  /** Leaves requests in the kernel from now on. Idempotent. */
  suspend(): void {
    this.#suspension.begin();
    this.source?.pause();
    this.#loop?.wake();
  }

  /** Takes requests again. Idempotent. */
  resume(): void {
    this.#suspension.end();
  }

  /** A limit has changed: whoever waits for it decides anew. */
  limitsChanged(): void {
    this.#requests.active.recheck();
    this.#loop?.wake();
  }

  /** For the end: receives what the kernel has by now, and nothing more. */
  async finish(): Promise<void> {
    await this.source?.finish();
  }

  /** For the end: resolves when `takeReady()` may have something to take. */
  ready(): Promise<void> {
    return this.#next.ready();
  }

  /** For the end: begins the request that is ready. @returns whether more can be taken */
  takeReady(): boolean {
    if (!this.#next.isReady) return false;
    try {
      return this.#admit(this.#next.take()) !== 'waits';
    } catch {
      return false; // the server is closing: a failure to get a request is not reported any more
    }
  }

  /** For the end: closes a request that was got and not begun, now or when it comes. */
  discard(): void {
    this.#next.discard();
  }

  /** Whether a request may be taken now. */
  get isFree(): boolean {
    return this.source !== undefined && this.#obstacle() === undefined;
  }

  /**
   * One step of the loop, which is sync: for requests that have come together nothing is waited for.
   * @returns the request that has begun, or what is to be waited for; undefined when one was refused
   */
  #step(loop: ServeLoop): Begun | Promise<void> | undefined {
    const obstacle = this.#obstacle();
    if (obstacle !== undefined) {
      this.#pauseUnlessDropping();
      return waitOut(obstacle, loop);
    }
    if (!this.#next.isReady) {
      this.source?.resume();
      return loop.until(this.#next.ready());
    }
    let taken: Taken<Request>;
    try {
      taken = this.#next.take();
    } catch (error) {
      return this.#waitOutFailure(error, loop);
    }
    this.#failures.none();
    const admitted = this.#admit(taken);
    if (admitted === 'waits') return loop.until(this.#admission.untilRoom());
    return admitted === 'refused' ? undefined : admitted;
  }

  #obstacle(): Obstacle | undefined {
    const { ended } = this.#suspension;
    if (ended !== undefined) return { until: ended };
    const { active } = this.#requests;
    // A request that an earlier loop began may still run.
    if (!this.#server.concurrent && active.size > 0) return { until: active.none() };
    return this.#admission.obstacle();
  }

  /** A server that drops datagrams reads on while it is busy: what it does not read, the kernel drops uncounted. */
  #pauseUnlessDropping(): void {
    const isDropping = this.#server.socketType === 'datagram' && this.#server.overload === 'reject';
    if (!isDropping || this.isSuspended) this.source?.pause();
  }

  async #waitOutFailure(error: unknown, loop: ServeLoop): Promise<void> {
    const waitMs = this.#failures.note(error);
    if (waitMs > 0) this.source?.pause();
    await (waitMs > 0 ? waitOut({ waitMs }, loop) : turn());
  }

  /** Begins a request, rejects it, or puts it back: nothing else is taken before it then. */
  #admit(taken: Taken<Request>): Begun | 'refused' | 'waits' {
    switch (this.#decide(taken)) {
      case 'accept':
        return { work: taken.context.runInAsyncScope(() => this.#requests.run(taken.arrival)) };
      case 'reject':
        this.#refuse(taken);
        return 'refused';
      case 'pause':
        this.source?.pause();
        this.#next.putBack(taken);
        return 'waits';
    }
  }

  #decide({ arrival }: Taken<Request>): OverloadAction {
    try {
      return this.#admission.decide(arrival);
    } catch (error) {
      void this.#requests.report(error);
      return 'reject';
    }
  }

  /** No hook but `closeRequest()` is called: a flood of refused clients must cost less than serving them. */
  #refuse({ arrival: [request] }: Taken<Request>): void {
    this.#requests.active.refused();
    void this.#requests.closeQuietly(request);
  }
}

/** `shutdown()`, and a limit that changes, end the wait early. */
async function waitOut(obstacle: Obstacle, loop: ServeLoop): Promise<void> {
  if ('until' in obstacle) {
    await loop.until(obstacle.until);
    return;
  }
  const timer = new AbortController();
  await loop.until(delay(obstacle.waitMs, undefined, { signal: timer.signal }));
  timer.abort();
}
