import { BarrenDeaths } from './barren-deaths.js';
import { closed, ended, threadDied, threadStuck } from './errors.js';
import { IdleTimers } from './idle-timers.js';
import type { Remains, RequestThread } from './request-thread.js';
import { ThreadFactory, type ThreadFactoryOptions } from './thread-factory.js';
import { ThreadRoster } from './thread-roster.js';
import { ThreadWear } from './thread-wear.js';
import { within } from './within.js';

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
  /** A thread has ended before its jobs, or has been given up. */
  died(error: Error, remains: Remains): void;
  /** No thread can be had: another one would only die as well. */
  gaveUp(error: Error): void;
}

/** How long ending waits for threads to be gone. One inside a system call that blocks cannot be ended. */
const END_MS = 1_000;

/**
 * The threads of a server: starts them, ends those that are idle, puts others in the place of those that died, are
 * stuck, worn, or of an old module. A thread is *starting* (the factory's), then on the roster: *serving*, then
 * *leaving*, until its jobs have ended.
 */
export class ThreadCrew {
  readonly #options: ThreadCrewOptions;
  readonly #events: CrewEvents;
  readonly #factory: ThreadFactory;
  readonly #wear: ThreadWear;
  readonly #roster = new ThreadRoster();
  readonly #idle: IdleTimers<RequestThread>;
  readonly #barren: BarrenDeaths;
  #abortReason: { reason: unknown } | undefined;
  /** Counts the reloads: a thread whose start began before the last one has the old module. */
  #generation = 0;
  /** Starts that are under way, or whose threads are being ended because nobody wants them any more. */
  readonly #starts = new Set<Promise<RequestThread>>();
  #isEnding = false;

  constructor(options: ThreadCrewOptions, events: CrewEvents) {
    this.#options = { ...options };
    this.#events = events;
    this.#factory = new ThreadFactory(options, () => this.#replaceWorn());
    this.#wear = new ThreadWear(options);
    this.#idle = new IdleTimers(options.idleTimeout);
    // Where no thread is left, a request that needs one is what tries again.
    this.#barren = new BarrenDeaths(() => this.size > 0 && this.fill());
  }

  /** How many threads take requests. */
  get size(): number {
    return this.#roster.serving.size;
  }

  /** How many threads end when their jobs have. */
  get leaving(): number {
    return this.#roster.leaving.size;
  }

  /** The thread that has the fewest jobs, if it has room for one. */
  leastBusy(): RequestThread | undefined {
    return this.#roster.leastBusy(this.#options.requestsPerThread);
  }

  /** Resolves when every thread has loaded the handler; rejects with what the first failure was. */
  async start(): Promise<void> {
    // Each joins at once: if another one fails, it is ended with all that are there.
    const starts = this.#startMany(this.#options.minThreads).map(async (start) => this.#join(await start));
    try {
      await Promise.all(starts);
    } catch (error) {
      await this.kill();
      await Promise.allSettled(starts);
      throw error;
    }
  }

  /**
   * Replaces every thread by one that has loaded the handler's module anew. Resolves when no request goes to an old
   * one any more; they end when their jobs have. Rejects when the module does not load: the old ones then go on.
   */
  async reload(): Promise<void> {
    if (this.#isEnding) throw closed('reload()');
    const starts = this.#startMany(Math.max(this.#options.minThreads, this.size));
    try {
      const fresh = await Promise.all(starts);
      const old = [...this.#roster.serving];
      this.#generation++;
      void this.#factory.endStarts(); // of the old module, for one that died
      this.#barren.reset();
      for (const thread of fresh) this.#join(thread);
      for (const thread of old) this.#leave(thread);
    } catch (error) {
      for (const start of starts) start.then((thread) => void thread.kill(), isReportedByReload);
      throw this.#isEnding ? closed('reload()') : error;
    } finally {
      this.fill(); // it counted on those that were starting
    }
  }

  /** Starts threads until there are `minThreads`, and as many more as the waiting jobs fill. */
  fill(): void {
    if (this.#isEnding) return;
    const { minThreads, maxThreads, requestsPerThread } = this.#options;
    const needed = this.size + Math.ceil(this.#events.waiting() / requestsPerThread);
    const wanted = Math.min(Math.max(minThreads, needed), maxThreads);
    const present = this.size + this.#factory.starting;
    if (this.#barren.areTooMany) {
      if (present === 0) this.#events.gaveUp(this.#barren.error());
      return;
    }
    for (let missing = wanted - present; missing > 0; missing--) void this.#startAnother();
  }

  /** A job has been posted to this one. */
  posted(thread: RequestThread): void {
    if (this.#wear.isWorn(thread)) this.#replace(thread);
  }

  abort(reason: unknown): void {
    this.#abortReason ??= { reason };
    for (const thread of this.#roster.all()) thread.abort(reason);
  }

  holdProcess(holds: boolean): void {
    this.#options.holdsProcess = holds;
    for (const thread of this.#roster.all()) thread.holdProcess(holds);
  }

  /** Lets every thread end; none has a job. */
  async end(): Promise<void> {
    if (this.#isEnding) return;
    this.#isEnding = true;
    this.#barren.stop();
    const starts = this.#factory.endStarts();
    for (const thread of this.#roster.serving) this.#leave(thread);
    await this.#untilGone(2 * END_MS, starts);
  }

  /** Ends every thread at once. */
  async kill(): Promise<void> {
    this.#isEnding = true;
    this.#barren.stop();
    const starts = this.#factory.endStarts();
    for (const thread of this.#roster.all()) void thread.kill();
    await this.#untilGone(END_MS, starts);
  }

  async #untilGone(ms: number, starts: Promise<void>): Promise<void> {
    const allGone = Promise.all(this.#roster.all().map(({ gone }) => gone));
    await Promise.all([starts, Promise.allSettled(this.#starts), within(ms, allGone)]);
  }

  // ── coming ──────────────────────────────────────────────────────────────────────────────────────────────

  #startMany(count: number): Promise<RequestThread>[] {
    return Array.from({ length: count }, () => this.#start());
  }

  #start(): Promise<RequestThread> {
    const start = this.#startOne();
    this.#starts.add(start);
    const isOver = (): boolean => this.#starts.delete(start);
    start.then(isOver, isOver);
    return start;
  }

  async #startOne(): Promise<RequestThread> {
    const startedAt = performance.now();
    const thread = await this.#factory.start({
      served: () => this.#barren.served(startedAt),
      jobEnded: (of) => this.#jobEnded(of),
      shutdown: this.#options.onShutdown,
      stuck: (stuck, ms) => this.#giveUp(stuck, ms),
    });
    if (!this.#isEnding) return thread;
    await within(END_MS, thread.kill());
    throw ended();
  }

  /** @returns the thread, if it serves */
  async #startAnother(): Promise<RequestThread | undefined> {
    const generation = this.#generation;
    let thread: RequestThread | undefined;
    try {
      thread = await this.#start();
    } catch (error) {
      if (!this.#isEnding && generation === this.#generation) this.#countBarren(error);
    }
    const isOld = generation !== this.#generation; // a reload has overtaken it
    if (isOld) void thread?.kill();
    else if (thread !== undefined) this.#join(thread);
    this.fill();
    return isOld ? undefined : thread;
  }

  #join(thread: RequestThread): void {
    void thread.gone.then((cause) => this.#gone(thread, cause));
    this.#roster.join(thread);
    thread.holdProcess(this.#options.holdsProcess);
    if (this.#abortReason !== undefined) thread.abort(this.#abortReason.reason);
    this.#events.roomMade();
    this.#leaveWhenIdle(thread);
  }

  // ── going ───────────────────────────────────────────────────────────────────────────────────────────────

  #jobEnded(thread: RequestThread): void {
    this.#events.jobEnded();
    this.#events.roomMade();
    if (this.#roster.serving.has(thread)) this.#leaveWhenIdle(thread);
    else if (thread.load === 0) void thread.end();
  }

  #gone(thread: RequestThread, cause: unknown): void {
    const wasLeaving = this.#roster.leaving.has(thread);
    this.#roster.remove(thread);
    this.#lose(thread, wasLeaving, threadDied(thread.name, this.#isEnding ? ended() : cause));
    this.#replaceWorn();
    this.fill();
  }

  /** It is ended, and whether it can be or not: its jobs are not waited for. */
  #giveUp(thread: RequestThread, ms: number): void {
    const wasLeaving = this.#roster.leaving.has(thread);
    this.#roster.leave(thread);
    this.#lose(thread, wasLeaving, threadStuck(thread.name, ms));
    void thread.kill();
    this.fill();
  }

  #lose(thread: RequestThread, wasLeaving: boolean, error: Error): void {
    this.#idle.stop(thread);
    const remains = thread.takeRemains();
    const isBarren = !remains.hasServed && !wasLeaving && !this.#isEnding;
    if (isBarren) this.#countBarren(error.cause ?? error);
    this.#events.died(error, remains);
  }

  /** A thread above `minThreads` that has nothing to do for `idleTimeout` ends. */
  #leaveWhenIdle(thread: RequestThread): void {
    const isSpare = (): boolean => thread.load === 0 && this.size > this.#options.minThreads;
    if (!isSpare()) return;
    this.#idle.start(thread, () => {
      if (isSpare()) this.#leave(thread);
    });
  }

  #leave(thread: RequestThread): void {
    this.#idle.stop(thread);
    this.#roster.leave(thread);
    if (thread.load === 0) void thread.end();
  }

  #replaceWorn(): void {
    for (const thread of this.#roster.serving) this.posted(thread);
  }

  /**
   * The worn thread serves until its replacement is ready. As many may be leaving as may serve, no more: otherwise
   * long requests would keep an endless row of old threads.
   */
  #replace(worn: RequestThread): void {
    const isFull = this.#roster.replaced >= this.#options.maxThreads;
    if (this.#isEnding || isFull || this.#barren.areTooMany || !this.#roster.markWorn(worn)) return;
    void this.#startAnother().then((fresh) => {
      if (fresh !== undefined && this.#roster.serving.has(worn)) this.#leave(worn);
      this.#roster.unmarkWorn(worn);
      this.fill();
    });
  }

  #countBarren(cause: unknown): void {
    const error = this.#barren.count(cause);
    if (error !== undefined) this.#options.onFailure(error);
  }
}

/** Whoever called `reload()` has the first error. */
function isReportedByReload(): void {}
