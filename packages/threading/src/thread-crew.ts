import { BarrenDeaths } from './barren-deaths.js';
import { ended } from './errors.js';
import type { Remains, RequestThread, RequestThreadEvents } from './request-thread.js';
import { ThreadFactory, type ThreadFactoryOptions } from './thread-factory.js';

export interface ThreadCrewOptions extends ThreadFactoryOptions {
  /** Whether running requests keep the process alive. */
  holdsProcess: boolean;
  /** A handler has called `this.server.shutdown()`. */
  onShutdown: () => void;
  /** Threads die as fast as they are started: called once, until one has served again. */
  onFailure: (error: Error) => void;
}

/** What the crew asks of the pool, and tells it. */
export interface CrewEvents {
  /** How many jobs find no thread with room. */
  waiting(): number;
  /** There may be room: a thread has come, or a job has ended. */
  roomMade(): void;
  jobEnded(): void;
  /** A thread has ended before its jobs. */
  died(thread: RequestThread, cause: unknown, remains: Remains): void;
  /** No thread can be had: another one would only die as well. */
  gaveUp(error: Error): void;
}

/** How long ending waits for threads to be gone. One inside a system call that blocks cannot be ended. */
const END_MS = 1_000;

/**
 * The threads of a server: starts them, ends those that are idle, puts others in the place of those that died.
 * A thread is in one of three sets of its life: starting (the factory's), serving, leaving.
 */
export class ThreadCrew {
  readonly #options: ThreadCrewOptions;
  readonly #events: CrewEvents;
  readonly #factory: ThreadFactory;
  readonly #serving = new Set<RequestThread>();
  /** They take nothing more, and end when their jobs have. */
  readonly #leaving = new Set<RequestThread>();
  readonly #idleTimers = new Map<RequestThread, NodeJS.Timeout>();
  readonly #barren = new BarrenDeaths();
  #abortReason: { reason: unknown } | undefined;
  #isEnding = false;

  constructor(options: ThreadCrewOptions, events: CrewEvents) {
    this.#options = { ...options };
    this.#events = events;
    this.#factory = new ThreadFactory(options);
  }

  /** How many threads take requests. */
  get size(): number {
    return this.#serving.size;
  }

  /** The thread that has the fewest jobs, if it has room for one. */
  leastBusy(): RequestThread | undefined {
    let found: RequestThread | undefined;
    let fewest = this.#options.requestsPerThread;
    for (const thread of this.#serving) {
      if (thread.load >= fewest) continue;
      found = thread;
      fewest = thread.load;
    }
    return found;
  }

  /** Resolves when every thread has loaded the handler; rejects with what the first failure was. */
  async start(): Promise<void> {
    const starts = Array.from({ length: this.#options.minThreads }, () => this.#startThread());
    try {
      await Promise.all(starts);
    } catch (error) {
      await this.kill();
      await Promise.allSettled(starts);
      throw error;
    }
  }

  /** Starts threads until there are `minThreads`, and as many more as the waiting jobs fill. */
  fill(): void {
    if (this.#isEnding) return;
    const { minThreads, maxThreads, requestsPerThread } = this.#options;
    const needed = this.#serving.size + Math.ceil(this.#events.waiting() / requestsPerThread);
    const wanted = Math.min(Math.max(minThreads, needed), maxThreads);
    const present = this.#serving.size + this.#factory.starting;
    if (this.#barren.areTooMany()) {
      if (present === 0) this.#events.gaveUp(this.#barren.error());
      return;
    }
    for (let missing = wanted - present; missing > 0; missing--) {
      this.#startThread().catch((error: unknown) => {
        if (this.#isEnding) return;
        this.#countBarren(error);
        this.fill();
      });
    }
  }

  abort(reason: unknown): void {
    this.#abortReason ??= { reason };
    for (const thread of this.#all()) thread.abort(reason);
  }

  holdProcess(holds: boolean): void {
    this.#options.holdsProcess = holds;
    for (const thread of this.#all()) thread.holdProcess(holds);
  }

  /** Lets every thread end; none has a job. */
  async end(): Promise<void> {
    if (this.#isEnding) return;
    this.#isEnding = true;
    this.#factory.abortStarts();
    await Promise.all(Array.from(this.#serving, (thread) => this.#leave(thread)));
    await this.#untilGone();
  }

  /** Ends every thread at once. */
  async kill(): Promise<void> {
    this.#isEnding = true;
    this.#factory.abortStarts();
    for (const thread of this.#all()) void thread.kill();
    await this.#untilGone();
  }

  async #untilGone(): Promise<void> {
    await within(END_MS, Promise.all(Array.from(this.#all(), ({ gone }) => gone)));
  }

  #all(): RequestThread[] {
    return [...this.#serving, ...this.#leaving];
  }

  async #startThread(): Promise<void> {
    const events: RequestThreadEvents = {
      jobEnded: (of) => this.#jobEnded(of),
      shutdown: this.#options.onShutdown,
    };
    const thread = await this.#factory.start(events);
    if (this.#isEnding) {
      void thread.kill();
      throw ended();
    }
    void thread.gone.then((cause) => this.#gone(thread, cause));
    this.#serving.add(thread);
    thread.holdProcess(this.#options.holdsProcess);
    if (this.#abortReason !== undefined) thread.abort(this.#abortReason.reason);
    this.#events.roomMade();
    this.#leaveWhenIdle(thread);
  }

  #jobEnded(thread: RequestThread): void {
    this.#barren.reset();
    this.#events.jobEnded();
    this.#events.roomMade();
    this.#leaveWhenIdle(thread);
  }

  #gone(thread: RequestThread, cause: unknown): void {
    clearTimeout(this.#idleTimers.get(thread));
    this.#idleTimers.delete(thread);
    const wasServing = this.#serving.delete(thread);
    this.#leaving.delete(thread);
    const remains = thread.takeRemains();
    if (remains.hasServed) this.#barren.reset();
    else if (wasServing && !this.#isEnding) this.#countBarren(cause);
    this.#events.died(thread, cause, remains);
    this.fill();
  }

  /** A thread above `minThreads` that has nothing to do for `idleTimeout` ends. */
  #leaveWhenIdle(thread: RequestThread): void {
    const { minThreads, idleTimeout } = this.#options;
    if (thread.load > 0 || this.#serving.size <= minThreads || idleTimeout === Infinity) return;
    clearTimeout(this.#idleTimers.get(thread));
    const timer = setTimeout(() => {
      if (thread.load > 0 || this.#isEnding || this.#serving.size <= minThreads) return;
      void this.#leave(thread);
    }, idleTimeout);
    this.#idleTimers.set(thread, timer.unref());
  }

  #leave(thread: RequestThread): Promise<void> {
    this.#serving.delete(thread);
    this.#leaving.add(thread);
    return thread.end();
  }

  #countBarren(cause: unknown): void {
    const error = this.#barren.count(cause);
    if (error !== undefined) this.#options.onFailure(error);
  }
}

/** Waits for `work`, but no longer than `ms`. */
async function within(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const expired = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([work, expired]);
  clearTimeout(timer);
}
