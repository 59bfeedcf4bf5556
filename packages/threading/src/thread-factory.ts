import Module from 'node:module';
import {
  MessageChannel,
  receiveMessageOnPort,
  type MessagePort,
  type TransferListItem,
  type Worker,
} from 'node:worker_threads';
import type { BoundAddress } from '@socketserver/core';
import {
  entryFile,
  deserializeError,
  type HandlerReference,
  type RequestLimits,
} from '@socketserver/core/workers';
import type { Piscina } from 'piscina';
import { BegunCell } from './begun-cell.js';
import { badContext, ended, stuckLoading, threadDiedLoading } from './errors.js';
import type { ThreadOptions } from './pool-options.js';
import { Pulse } from './pulse.js';
import type { ThreadReady, ThreadStart } from './protocol.js';
import { Gathering } from './gathering.js';
import { RequestThread, type RequestThreadEvents } from './request-thread.js';
import { ThreadWatch } from './thread-watch.js';
import { within } from './within.js';

/** What a thread is told of its server. */
export interface ThreadContext {
  /** The handlers' `this.server.context`. Structured clone takes a copy. */
  context: unknown;
  /** What of it is moved, not copied: a MessagePort, an ArrayBuffer, … */
  transfer?: readonly TransferListItem[];
}

export interface ThreadFactoryOptions extends ThreadOptions {
  handler: HandlerReference;
  serverAddress: BoundAddress;
  /** How long requests may take. */
  limits: RequestLimits | undefined;
  /** Called for each new thread. */
  threadContext: () => ThreadContext;
}

/** A thread counts as stuck at most this part of `stuckTimeout` late. */
const BEATS_IN_STUCK_TIMEOUT = 8;
/** However short `stuckTimeout` is for requests: a large module may take so long to be compiled. */
const LOAD_MS = 10_000;
/** Milliseconds in which a thread that is not wanted any more may still come to the end of loading. */
const LOADED_MS = 2_000;
/** Milliseconds in which a thread that was ended is gone, unless it is inside a system call that blocks. */
const END_MS = 1_000;
/** Milliseconds between two looks at a thread's memory. */
const WEIGH_MS = 1_000;

const WORKER = { of: '@socketserver/threading', name: 'worker.cjs', url: import.meta.url };

/**
 * Makes threads that have loaded the handler. Each is the only worker of a piscina of its own, and gets a single
 * task, which loads the handler and opens a port. In one piscina for all, a thread that ends would count until it
 * is gone, and starts would wait in a queue for the room that it takes.
 */
export class ThreadFactory {
  readonly #options: ThreadFactoryOptions;
  readonly #workerFile = entryFile(WORKER);
  readonly #watch: ThreadWatch;
  readonly #beatMs: number;
  readonly #gathering = new Gathering();
  readonly #starts = new Set<Start>();

  /**
   * @param onLook - called whenever the threads' memory may have been told anew
   * @throws {SocketServerError} ERR_SOCKETSERVER_BUNDLED
   */
  constructor(options: ThreadFactoryOptions, onLook: () => void) {
    this.#options = options;
    this.#beatMs = beatMs(options);
    this.#watch = new ThreadWatch({ beatMs: this.#beatMs, onLook });
  }

  /** How many threads are about to be there. */
  get starting(): number {
    return this.#starts.size;
  }

  /**
   * @throws what the handler's module throws; {@link SocketServerError} ERR_SOCKETSERVER_THREAD_DIED when the
   *   thread dies of it, ERR_SOCKETSERVER_STUCK when it does not come to an end of a loop, and
   *   ERR_SOCKETSERVER_BAD_CONTEXT when the context cannot be cloned
   */
  async start(events: RequestThreadEvents): Promise<RequestThread> {
    const { port1, port2 } = new MessageChannel();
    const start = new Start();
    const { controller } = start;
    const [begun, pulse] = [new BegunCell(), new Pulse()];
    const { stuckTimeout } = this.#options;
    const loadLimit = stuckTimeout === 0 ? 0 : Math.max(stuckTimeout, LOAD_MS);
    const unwatch = this.#watch.add(pulse, loadLimit, (ms) =>
      controller.abort(stuckLoading(this.#options.handler.url, ms)),
    );
    this.#starts.add(start);
    let worker: Worker | undefined;
    try {
      const { handler, serverAddress, limits, maxWorkerRss } = this.#options;
      const { context, transfer = [] } = this.#options.threadContext(); // the user's: it may throw
      const piscina = makePiscina(this.#workerFile, this.#options);
      const [only] = piscina.threads as [Worker];
      worker = only;
      const ready = await load(
        piscina,
        {
          port: port2,
          handler,
          serverAddress,
          context,
          limits,
          begun: begun.cells,
          pulse:
            this.#beatMs === Infinity
              ? undefined
              : { cells: pulse.cells, everyMs: this.#beatMs, weighs: maxWorkerRss > 0 },
        },
        { transfer, signal: controller.signal, isPosted: () => hasLeft(port2, port1) },
      );
      if (ready.type === 'failed') throw deserializeError(ready.error); // its module cache has the failure for good
      const thread = new RequestThread(
        { worker, port: port1, begun, pulse, gathering: this.#gathering },
        events,
      );
      void thread.gone.then(this.#watch.add(pulse, stuckTimeout, (ms) => events.stuck(thread, ms)));
      return thread;
    } catch (error) {
      port1.close();
      if (worker !== undefined) await within(END_MS, worker.terminate());
      throw error;
    } finally {
      unwatch();
      this.#starts.delete(start);
      start.end();
    }
  }

  /**
   * Waits for a moment until every thread that is starting now has loaded the handler, and ends those that have not:
   * their starts fail. They are not ended at once, because a thread that ends while it reads its files leaves them open.
   */
  async endStarts(): Promise<void> {
    const { url } = this.#options.handler;
    const starts = [...this.#starts];
    const allOver = Promise.all(starts.map(({ over }) => over));
    await within(LOADED_MS, allOver);
    for (const { controller } of starts) controller.abort(threadDiedLoading(url, ended()));
    await within(END_MS, allOver);
  }
}

/** A thread that has not loaded the handler yet. */
class Start {
  readonly controller = new AbortController();
  /** Resolves when it has, or does not any more. */
  readonly over: Promise<void>;
  end!: () => void;

  constructor() {
    this.over = new Promise((resolve) => {
      this.end = resolve;
    });
  }
}

/** Often enough to tell a stuck thread in time, and to meet a leak before it has grown much. */
function beatMs({ stuckTimeout, maxWorkerRss }: ThreadOptions): number {
  const forTime = stuckTimeout > 0 ? Math.ceil(stuckTimeout / BEATS_IN_STUCK_TIMEOUT) : Infinity;
  return Math.min(forTime, maxWorkerRss > 0 ? WEIGH_MS : Infinity);
}

function makePiscina(
  filename: string,
  { resourceLimits, poolOptions }: ThreadOptions,
): Piscina<ThreadStart, ThreadReady> {
  // Not by `import`: a bundler would pack it without the file that its threads start from.
  const { Piscina } = Module.createRequire(import.meta.url)('piscina') as typeof import('piscina');
  const piscina = new Piscina<ThreadStart, ThreadReady>({
    recordTiming: false,
    ...poolOptions,
    ...(resourceLimits === null ? {} : { resourceLimits }),
    filename,
    minThreads: 1,
    maxThreads: 1,
    idleTimeout: Infinity,
    concurrentTasksPerWorker: 1,
    // Waiting for tasks in Atomics.wait would freeze the sockets of the thread.
    atomics: 'disabled',
  });
  // What ends a worker is heard on the worker itself.
  piscina.on('error', () => {});
  // A second worker is for the pool to start, which knows what the first one died of.
  piscina.on('workerDestroy', () => void piscina.destroy());
  return piscina;
}

async function load(
  piscina: Piscina<ThreadStart, ThreadReady>,
  start: ThreadStart,
  {
    transfer,
    signal,
    isPosted,
  }: { transfer: readonly TransferListItem[]; signal: AbortSignal; isPosted: () => boolean },
): Promise<ThreadReady> {
  try {
    return await piscina.run(start, { transferList: [start.port, ...transfer], signal });
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    void piscina.destroy();
    throw isPosted()
      ? threadDiedLoading(start.handler.url, error)
      : badContext(error, { context: start.context, transfer });
  }
}

/** Whether a port has been transferred, told by its other end: what cannot be cloned does not take it along. */
function hasLeft(port: MessagePort, other: MessagePort): boolean {
  port.postMessage(null);
  return receiveMessageOnPort(other) === undefined;
}
