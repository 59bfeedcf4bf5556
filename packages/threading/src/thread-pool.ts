import { BarrenDeaths } from './barren-deaths.js';
import { ended, threadDied } from './errors.js';
import type { RequestThread, RequestThreadEvents, Remains } from './request-thread.js';
import { ThreadFactory, type ThreadFactoryOptions } from './thread-factory.js';
import type { ThreadJob } from './thread-job.js';

export interface ThreadPoolOptions extends ThreadFactoryOptions {
  /** Whether running requests keep the process alive. */
  holdsProcess: boolean;
  /** A handler has called `this.server.shutdown()`. */
  onShutdown: () => void;
  /** Threads die as fast as they are started: called once, until one has served again. */
  onFailure: (error: Error) => void;
}

/** How long ending waits for threads to be gone. One inside a system call that blocks cannot be ended. */
const END_MS = 1_000;

/**
 * The threads of a server, and which request goes to which. Requests travel over a port of each thread, not as
 * tasks of piscina: those cost more CPU, and a dead thread's could not be told apart by whether they had begun.
 */
export class ThreadPool {
  readonly #options: ThreadPoolOptions;
  readonly #factory: ThreadFactory;
  readonly #threads = new Set<RequestThread>();
  readonly #idleTimers = new Map<RequestThread, NodeJS.Timeout>();
  readonly #waiting: ThreadJob[] = [];
  readonly #barren = new BarrenDeaths();
  #jobs = 0;
  #whenIdle: (() => void)[] = [];
  #abortReason: { reason: unknown } | undefined;
  #isEnding = false;

  constructor(options: ThreadPoolOptions) {
    this.#options = { ...options };
    this.#factory = new ThreadFactory(options);
  }

  /** How many threads have loaded the handler. */
  get size(): number {
    return this.#threads.size;
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

  /** Runs a job; settles when it has ended. */
  run(job: ThreadJob): Promise<void> {
    this.#jobs++;
    this.#assign(job);
    return job.ended;
  }

  /** Aborts the handlers' `signal`, now and in whatever begins later. */
  abort(reason: unknown): void {
    this.#abortReason ??= { reason };
    for (const thread of this.#threads) thread.abort(reason);
  }

  /** Whether running requests keep the process alive. */
  holdProcess(holds: boolean): void {
    this.#options.holdsProcess = holds;
    for (const thread of this.#threads) thread.holdProcess(holds);
  }

  /** Waits until no job is left, then ends every thread. */
  async end(): Promise<void> {
    while (this.#jobs > 0) await new Promise<void>((resolve) => this.#whenIdle.push(resolve));
    if (this.#isEnding) return;
    this.#isEnding = true;
    this.#factory.abortStarts();
    await Promise.all(Array.from(this.#threads, (thread) => thread.end()));
    await within(END_MS, this.#factory.destroy());
  }

  /** Ends every thread at once; their jobs fail. */
  async kill(): Promise<void> {
    this.#isEnding = true;
    for (const job of this.#waiting.splice(0)) this.#refuse(job, threadDied('a thread', ended()));
    const gone = Array.from(this.#threads, (thread) => thread.gone);
    await within(END_MS, Promise.all([this.#factory.destroy(), ...gone]));
  }

  // ── jobs ────────────────────────────────────────────────────────────────────────────────────────────────

  /** Overload is decided here: a job goes to the thread that has the fewest, or waits its turn. */
  #assign(job: ThreadJob): void {
    if (this.#isEnding) {
      this.#refuse(job, threadDied('a thread', ended()));
      return;
    }
    this.#waiting.push(job);
    this.#serveWaiting();
    if (this.#waiting.length > 0) this.#fill();
  }

  /** Gives waiting jobs to threads with room. */
  #serveWaiting(): void {
    while (this.#waiting.length > 0) {
      const thread = this.#leastBusy();
      const job = thread === undefined ? undefined : this.#waiting.shift();
      if (thread === undefined || job === undefined) return;
      try {
        thread.post(job);
      } catch (error) {
        this.#refuse(job, error);
      }
    }
  }

  #leastBusy(): RequestThread | undefined {
    let found: RequestThread | undefined;
    let fewest = this.#options.requestsPerThread;
    for (const thread of this.#threads) {
      if (thread.load >= fewest) continue;
      found = thread;
      fewest = thread.load;
    }
    return found;
  }

  #refuse(job: ThreadJob, error: unknown): void {
    job.discard();
    job.fail(error);
    this.#countOut();
  }

  #countOut(): void {
    this.#jobs--;
    if (this.#jobs > 0) return;
    for (const resolve of this.#whenIdle.splice(0)) resolve();
  }

  // ── threads ─────────────────────────────────────────────────────────────────────────────────────────────

  /** Starts threads until there are `minThreads`, and as many more as the waiting jobs fill. */
  #fill(): void {
    if (this.#isEnding) return;
    const { minThreads, maxThreads, requestsPerThread } = this.#options;
    const needed = this.#threads.size + Math.ceil(this.#waiting.length / requestsPerThread);
    const wanted = Math.min(Math.max(minThreads, needed), maxThreads);
    const present = this.#threads.size + this.#factory.starting;
    if (this.#barren.areTooMany()) {
      if (present > 0) return;
      for (const job of this.#waiting.splice(0)) this.#refuse(job, this.#barren.error());
      return;
    }
    for (let missing = wanted - present; missing > 0; missing--) {
      this.#startThread().catch((error: unknown) => {
        if (this.#isEnding) return;
        this.#countBarren(error);
        this.#fill();
      });
    }
  }

  async #startThread(): Promise<void> {
    const events: RequestThreadEvents = {
      jobEnded: (of) => this.#jobEnded(of),
      shutdown: this.#options.onShutdown,
    };
    const thread = await this.#factory.start(events);
    void thread.gone.then((remains) => this.#threadGone(thread, remains));
    this.#threads.add(thread);
    thread.holdProcess(this.#options.holdsProcess);
    if (this.#abortReason !== undefined) thread.abort(this.#abortReason.reason);
    this.#serveWaiting();
    this.#retireWhenIdle(thread);
  }

  #jobEnded(thread: RequestThread): void {
    this.#barren.reset();
    this.#countOut();
    this.#serveWaiting();
    this.#retireWhenIdle(thread);
  }

  #threadGone(thread: RequestThread, { cause, begun, untouched, hasServed }: Remains): void {
    clearTimeout(this.#idleTimers.get(thread));
    this.#idleTimers.delete(thread);
    // One that was retired is gone as it should.
    if (!this.#threads.delete(thread)) return;
    if (hasServed) this.#barren.reset();
    else if (!this.#isEnding) this.#countBarren(cause);
    const died = threadDied(thread.name, this.#isEnding ? ended() : cause);
    for (const job of begun) {
      job.fail(died);
      this.#countOut();
    }
    for (const job of untouched.toReversed()) {
      if (job.canBeReposted && !this.#isEnding) this.#waiting.unshift(job);
      else this.#refuse(job, died);
    }
    this.#serveWaiting();
    this.#fill();
  }

  /** A thread above `minThreads` that has nothing to do for `idleTimeout` ends. */
  #retireWhenIdle(thread: RequestThread): void {
    const { minThreads, idleTimeout } = this.#options;
    if (thread.load > 0 || this.#threads.size <= minThreads || idleTimeout === Infinity) return;
    clearTimeout(this.#idleTimers.get(thread));
    const timer = setTimeout(() => {
      if (thread.load > 0 || this.#isEnding || this.#threads.size <= minThreads) return;
      this.#threads.delete(thread);
      void thread.end();
    }, idleTimeout);
    this.#idleTimers.set(thread, timer.unref());
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
