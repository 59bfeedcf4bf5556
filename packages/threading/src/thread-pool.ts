import { MessageChannel, type TransferListItem } from 'node:worker_threads';
import { fileURLToPath } from 'node:url';
import { unpackError, type HandlerReference } from '@socketserver/core/engine';
import type { BoundAddress } from '@socketserver/core';
import { Piscina } from 'piscina';
import { badContext, threadDied, threadDiedLoading, threadsFailed } from './errors.js';
import type { ThreadOptions } from './pool-options.js';
import type { ThreadReady, ThreadStart } from './protocol.js';
import { RequestThread, type Remains } from './request-thread.js';
import type { ThreadJob } from './thread-job.js';

/** What a thread is told of its server. */
export interface ThreadContext {
  /** The handlers' `this.server.context`. Structured clone takes a copy. */
  context: unknown;
  /** What of it is moved, not copied: a MessagePort, an ArrayBuffer, … */
  transfer?: readonly TransferListItem[];
}

export interface ThreadPoolOptions extends ThreadOptions {
  handler: HandlerReference;
  serverAddress: BoundAddress;
  /** Called for each new thread. */
  threadContext: () => ThreadContext;
  /** Whether running requests keep the process alive. */
  holdsProcess: boolean;
  /** A handler has called `this.server.shutdown()`. */
  onShutdown: () => void;
  /** No thread can be kept: called once, until one has served again. */
  onFailure: (error: Error) => void;
}

const WORKER = fileURLToPath(new URL('./worker.js', import.meta.url));

/** So many threads in a row may die without having begun a request; after that none is started in their place. */
const MAX_BARREN_DEATHS = 3;

/** After this a request that finds no thread is worth another try. */
const RETRY_MS = 10_000;

/** How long `kill()` waits for the threads to be gone. A thread inside a system call that blocks cannot be ended. */
const KILL_MS = 1_000;

/**
 * The threads of a server. Piscina starts them, replaces those that die, and ends them. It gives each a single
 * task, which loads the handler and opens a port; requests travel over the ports. (As tasks of piscina they cost
 * a third more CPU than by hand, over a port a tenth more, and a dead thread's could not be told apart by whether
 * they had begun.)
 */
export class ThreadPool {
  readonly #options: ThreadPoolOptions;
  readonly #piscina: Piscina<ThreadStart, ThreadReady>;
  /** Threads that have loaded the handler. */
  readonly #threads = new Set<RequestThread>();
  /** Threads that piscina has and that are in use or spoilt, by their id. */
  readonly #taken = new Set<number>();
  readonly #starting = new Set<AbortController>();
  readonly #waiting: ThreadJob[] = [];
  readonly #idleTimers = new Map<RequestThread, NodeJS.Timeout>();
  #jobs = 0;
  #whenIdle: (() => void)[] = [];
  #abortReason: { reason: unknown } | undefined;
  #isEnding = false;
  #barren: { deaths: number; cause: unknown; at: number } = { deaths: 0, cause: undefined, at: 0 };

  constructor(options: ThreadPoolOptions) {
    this.#options = options;
    const { minThreads, maxThreads, resourceLimits, poolOptions } = options;
    this.#piscina = new Piscina({
      recordTiming: false,
      ...poolOptions,
      ...(resourceLimits === null ? {} : { resourceLimits }),
      filename: WORKER,
      minThreads,
      maxThreads,
      // By its one task piscina takes every thread for idle: this class knows better.
      idleTimeout: Infinity,
      concurrentTasksPerWorker: 1,
      // Waiting for tasks in Atomics.wait would freeze the sockets of the thread.
      atomics: 'disabled',
      loadBalancer: (_task, workers) => {
        const fresh = workers.find(({ id, destroyed }) => !destroyed && !this.#taken.has(id));
        if (fresh !== undefined) this.#taken.add(fresh.id);
        return fresh ?? null;
      },
    });
    // What ends a thread is heard on the thread itself.
    this.#piscina.on('error', () => {});
    this.#piscina.on('workerDestroy', () => this.#giveUpLostStarts());
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

  /** Waits until no job is left, then ends every thread. Idempotent. */
  async end(): Promise<void> {
    while (this.#jobs > 0) await new Promise<void>((resolve) => this.#whenIdle.push(resolve));
    if (this.#isEnding) return;
    this.#isEnding = true;
    this.#abortStarts();
    await Promise.all(Array.from(this.#threads, (thread) => thread.end()));
    await within(KILL_MS, this.#piscina.destroy());
  }

  /** Ends every thread at once; their jobs fail. */
  async kill(): Promise<void> {
    this.#isEnding = true;
    this.#abortStarts();
    const gone = Array.from(this.#threads, (thread) => thread.gone);
    for (const job of this.#waiting.splice(0)) this.#refuse(job, threadDied('a thread', ended()));
    await within(KILL_MS, Promise.all([this.#piscina.destroy(), ...gone]));
  }

  // ── jobs ────────────────────────────────────────────────────────────────────────────────────────────────

  /** Overload is decided here: a job goes to the thread that has the fewest, to a new thread, or waits its turn. */
  #assign(job: ThreadJob): void {
    const thread = this.#waiting.length > 0 ? undefined : this.#leastBusy();
    if (thread !== undefined) {
      this.#post(job, thread);
      return;
    }
    if (this.#isEnding) {
      this.#refuse(job, threadDied('a thread', ended()));
      return;
    }
    this.#waiting.push(job);
    this.#fill();
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

  #post(job: ThreadJob, thread: RequestThread): void {
    clearTimeout(this.#idleTimers.get(thread));
    try {
      thread.post(job);
    } catch (error) {
      this.#refuse(job, error);
    }
  }

  /** Gives waiting jobs to threads with room. */
  #serveWaiting(): void {
    while (this.#waiting.length > 0) {
      const thread = this.#leastBusy();
      const job = thread === undefined ? undefined : this.#waiting.shift();
      if (thread === undefined || job === undefined) return;
      this.#post(job, thread);
    }
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
    const { minThreads, maxThreads, requestsPerThread } = this.#options;
    if (this.#isEnding || this.#hasGivenUp()) return;
    const needed = this.#threads.size + Math.ceil(this.#waiting.length / requestsPerThread);
    const wanted = Math.min(Math.max(minThreads, needed), maxThreads);
    for (let present = this.#threads.size + this.#starting.size; present < wanted; present++) {
      this.#startThread().catch((error: unknown) => {
        if (this.#isEnding) return;
        this.#countBarren(error);
        this.#fill();
      });
    }
  }

  async #startThread(): Promise<void> {
    const { handler, serverAddress, holdsProcess, onShutdown } = this.#options;
    const { port1, port2 } = new MessageChannel();
    const begun = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
    const controller = new AbortController();
    this.#starting.add(controller);
    try {
      const { context, transfer = [] } = this.#options.threadContext();
      const start: ThreadStart = { port: port2, handler, serverAddress, context, begun };
      const ready = await this.#piscina
        .run(start, { transferList: [port2, ...transfer], signal: controller.signal })
        .catch((error: unknown) => {
          throw isCloneError(error) ? badContext(error) : threadDiedLoading(handler.url, error);
        });
      const worker = this.#piscina.threads.find(({ threadId }) => threadId === ready.threadId);
      if (ready.type === 'failed') {
        // Its module cache has the failure for good.
        await worker?.terminate();
        throw unpackError(ready.error);
      }
      if (worker === undefined) throw threadDiedLoading(handler.url, new Error('it exited'));
      const thread = new RequestThread(
        { worker, port: port1, begun },
        { holdsProcess, shutdown: onShutdown, jobEnded: (of) => this.#jobEnded(of) },
      );
      void thread.gone.then((remains) => this.#threadGone(thread, worker.threadId, remains));
      this.#threads.add(thread);
      if (this.#abortReason !== undefined) thread.abort(this.#abortReason.reason);
    } catch (error) {
      port1.close();
      throw error;
    } finally {
      this.#starting.delete(controller);
    }
    this.#serveWaiting();
    for (const thread of this.#threads) this.#retireWhenIdle(thread);
  }

  #jobEnded(thread: RequestThread): void {
    this.#barren.deaths = 0;
    this.#countOut();
    this.#serveWaiting();
    this.#retireWhenIdle(thread);
  }

  #threadGone(thread: RequestThread, id: number, { cause, begun, untouched, hasServed }: Remains): void {
    this.#taken.delete(id);
    clearTimeout(this.#idleTimers.get(thread));
    this.#idleTimers.delete(thread);
    // One that was retired is gone as it should.
    if (!this.#threads.delete(thread)) return;
    if (hasServed) this.#barren.deaths = 0;
    else this.#countBarren(cause);
    const died = threadDied(thread.name, this.#isEnding ? ended() : cause);
    for (const job of begun) {
      job.fail(died);
      this.#countOut();
    }
    for (const job of untouched.reverse()) {
      if (job.canBeReposted && !this.#isEnding) this.#waiting.unshift(job);
      else this.#refuse(job, died);
    }
    this.#serveWaiting();
    this.#fill();
  }

  /** A thread above `minThreads` that has had nothing to do for `idleTimeout` ends. */
  #retireWhenIdle(thread: RequestThread): void {
    const { minThreads, idleTimeout } = this.#options;
    if (thread.load > 0 || this.#threads.size <= minThreads || idleTimeout === Infinity) return;
    clearTimeout(this.#idleTimers.get(thread));
    const timer = setTimeout(() => {
      if (thread.load > 0 || this.#threads.size <= minThreads) return;
      this.#threads.delete(thread);
      void thread.end();
    }, idleTimeout);
    this.#idleTimers.set(thread, timer.unref());
  }

  // ── threads that cannot be started ──────────────────────────────────────────────────────────────────────

  #countBarren(cause: unknown): void {
    const deaths = this.#barren.deaths + 1;
    this.#barren = { deaths, cause, at: performance.now() };
    if (deaths === MAX_BARREN_DEATHS) this.#options.onFailure(threadsFailed(deaths, cause));
  }

  /** A module that kills every thread it is loaded in must end in an error, not in an endless row of threads. */
  #hasGivenUp(): boolean {
    const { deaths, cause, at } = this.#barren;
    if (deaths < MAX_BARREN_DEATHS) return false;
    if (this.#waiting.length > 0 && performance.now() - at > RETRY_MS) {
      this.#barren.deaths = 0;
      return false;
    }
    if (this.#threads.size + this.#starting.size === 0) {
      for (const job of this.#waiting.splice(0)) this.#refuse(job, threadsFailed(deaths, cause));
    }
    return true;
  }

  /** Piscina never fails a task that waits for a thread which then cannot even start. */
  #giveUpLostStarts(): void {
    queueMicrotask(() => {
      if (this.#piscina.queueSize > 0) this.#abortStarts();
    });
  }

  #abortStarts(): void {
    for (const controller of this.#starting) controller.abort(ended());
  }
}

function ended(): Error {
  return new Error('the server ended it');
}

function isCloneError(error: unknown): boolean {
  const { name, code } = error as { name?: unknown; code?: unknown };
  return name === 'DataCloneError' || code === 'ERR_MISSING_TRANSFERABLE_IN_TRANSFER_LIST';
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
