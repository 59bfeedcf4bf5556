import { BarrenDeaths } from './barren-deaths.js';
import { closed, ended, threadDied, threadStuck } from './errors.js';
import { IdleTimers } from './idle-timers.js';
import type { Remains, RequestThread } from './request-thread.js';
import { ThreadFactory, type ThreadFactoryOptions } from './thread-factory.js';
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
 * stuck, worn, or of an old module. A thread is *starting* (the factory's), then *serving*, then *leaving*: it takes
 * nothing more, and ends when its jobs have.
 */
export class ThreadCrew {
  readonly #options: ThreadCrewOptions;
  readonly #events: CrewEvents;
  readonly #factory: ThreadFactory;
  readonly #wear: ThreadWear;
  readonly #serving = new Set<RequestThread>();
  readonly #leaving = new Set<RequestThread>();
  /** Serving ones whose replacement is starting. */
  readonly #worn = new Set<RequestThread>();
  readonly #idle: IdleTimers<RequestThread>;
  readonly #barren = new BarrenDeaths();
  #abortReason: { reason: unknown } | undefined;
  /** Counts the reloads: a thread whose start began before the last one has the old module. */
  #generation = 0;
  #isEnding = false;

  constructor(options: ThreadCrewOptions, events: CrewEvents) {
    this.#options = { ...options };
    this.#events = events;
    this.#factory = new ThreadFactory(options, () => this.#replaceWorn());
    this.#wear = new ThreadWear(options);
    this.#idle = new IdleTimers(options.idleTimeout);
  }

  /** How many threads take requests. */
  get size(): number {
    return this.#serving.size;
  }

  /** How many threads end when their jobs have. */
  get leaving(): number {
    return this.#leaving.size;
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
    const starts = this.#startMany(this.#options.minThreads);
    try {
      for (const thread of await Promise.all(starts)) this.#join(thread);
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
    const starts = this.#startMany(Math.max(this.#options.minThreads, this.#serving.size));
    try {
      const fresh = await Promise.all(starts);
      const old = [...this.#serving];
      this.#generation++;
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
    const needed = this.#serving.size + Math.ceil(this.#events.waiting() / requestsPerThread);
    const wanted = Math.min(Math.max(minThreads, needed), maxThreads);
    const present = this.#serving.size + this.#factory.starting;
    if (this.#barren.areTooMany()) {
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
    const starts = this.#factory.endStarts();
    for (const thread of this.#serving) this.#leave(thread);
    await this.#untilGone(2 * END_MS, starts);
  }

  /** Ends every thread at once. */
  async kill(): Promise<void> {
    this.#isEnding = true;
    const starts = this.#factory.endStarts();
    for (const thread of this.#all()) void thread.kill();
    await this.#untilGone(END_MS, starts);
  }

  async #untilGone(ms: number, starts: Promise<void>): Promise<void> {
    await within(ms, Promise.all([starts, ...this.#all().map(({ gone }) => gone)]));
  }

  #all(): RequestThread[] {
    return [...this.#serving, ...this.#leaving];
  }

  // ── coming ──────────────────────────────────────────────────────────────────────────────────────────────

  #startMany(count: number): Promise<RequestThread>[] {
    return Array.from({ length: count }, () => this.#start());
  }

  async #start(): Promise<RequestThread> {
    const thread = await this.#factory.start({
      jobEnded: (of) => this.#jobEnded(of),
      shutdown: this.#options.onShutdown,
      stuck: (stuck, ms) => this.#giveUp(stuck, ms),
    });
    if (!this.#isEnding) return thread;
    void thread.kill();
    throw ended();
  }

  /** @returns the thread, if it serves */
  async #startAnother(): Promise<RequestThread | undefined> {
    const generation = this.#generation;
    let thread: RequestThread | undefined;
    try {
      thread = await this.#start();
    } catch (error) {
      if (!this.#isEnding) this.#countBarren(error);
    }
    const isOld = generation !== this.#generation; // a reload has overtaken it
    if (isOld) void thread?.kill();
    else if (thread !== undefined) this.#join(thread);
    this.fill();
    return isOld ? undefined : thread;
  }

  #join(thread: RequestThread): void {
    void thread.gone.then((cause) => this.#gone(thread, cause));
    this.#serving.add(thread);
    thread.holdProcess(this.#options.holdsProcess);
    if (this.#abortReason !== undefined) thread.abort(this.#abortReason.reason);
    this.#events.roomMade();
    this.#leaveWhenIdle(thread);
  }

  // ── going ───────────────────────────────────────────────────────────────────────────────────────────────

  #jobEnded(thread: RequestThread): void {
    this.#barren.reset();
    this.#events.jobEnded();
    this.#events.roomMade();
    if (this.#serving.has(thread)) this.#leaveWhenIdle(thread);
    else if (thread.load === 0) void thread.end();
  }

  #gone(thread: RequestThread, cause: unknown): void {
    this.#lose(thread, threadDied(thread.name, this.#isEnding ? ended() : cause));
    this.#leaving.delete(thread);
    this.#replaceWorn();
    this.fill();
  }

  /** It is ended, and whether it can be or not: its jobs are not waited for. */
  #giveUp(thread: RequestThread, ms: number): void {
    this.#lose(thread, threadStuck(thread.name, ms));
    this.#leaving.add(thread);
    void thread.kill();
    this.fill();
  }

  #lose(thread: RequestThread, error: Error): void {
    this.#stopServing(thread);
    const wasLeaving = this.#leaving.has(thread);
    const remains = thread.takeRemains();
    if (remains.hasServed) this.#barren.reset();
    else if (!wasLeaving && !this.#isEnding) this.#countBarren(error.cause ?? error);
    this.#events.died(error, remains);
  }

  /** A thread above `minThreads` that has nothing to do for `idleTimeout` ends. */
  #leaveWhenIdle(thread: RequestThread): void {
    const isSpare = (): boolean => thread.load === 0 && this.#serving.size > this.#options.minThreads;
    if (!isSpare()) return;
    this.#idle.start(thread, () => {
      if (isSpare()) this.#leave(thread);
    });
  }

  #leave(thread: RequestThread): void {
    this.#stopServing(thread);
    this.#leaving.add(thread);
    if (thread.load === 0) void thread.end();
  }

  #stopServing(thread: RequestThread): void {
    this.#idle.stop(thread);
    this.#serving.delete(thread);
    this.#worn.delete(thread);
  }

  #replaceWorn(): void {
    for (const thread of this.#serving) this.posted(thread);
  }

  /**
   * The worn thread serves until its replacement is ready. As many may be leaving as may serve, no more: otherwise
   * long requests would keep an endless row of old threads.
   */
  #replace(worn: RequestThread): void {
    const { maxThreads } = this.#options;
    const replaced = this.#leaving.size + this.#worn.size;
    if (this.#isEnding || this.#worn.has(worn) || replaced >= maxThreads || this.#barren.areTooMany()) return;
    this.#worn.add(worn);
    void this.#startAnother().then((fresh) => {
      if (fresh !== undefined && this.#serving.has(worn)) this.#leave(worn);
      this.#worn.delete(worn);
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
