import { fileURLToPath } from 'node:url';
import { MessageChannel, type TransferListItem } from 'node:worker_threads';
import type { BoundAddress } from '@socketserver/core';
import { unpackError, type HandlerReference, type RequestLimits } from '@socketserver/core/engine';
import { Piscina } from 'piscina';
import { badContext, ended, threadDiedLoading } from './errors.js';
import type { ThreadOptions } from './pool-options.js';
import type { ThreadReady, ThreadStart } from './protocol.js';
import { RequestThread, type RequestThreadEvents } from './request-thread.js';

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

const WORKER = fileURLToPath(new URL('./worker.js', import.meta.url));

/**
 * Makes threads that have loaded the handler. Piscina keeps the workers: it starts them, puts a new one in the
 * place of one that died, and ends them. It gives each a single task, which loads the handler and opens a port.
 */
export class ThreadFactory {
  readonly #options: ThreadFactoryOptions;
  readonly #piscina: Piscina<ThreadStart, ThreadReady>;
  /** Workers that have had their task, by their id. */
  readonly #taken = new Set<number>();
  readonly #starts = new Set<AbortController>();

  constructor(options: ThreadFactoryOptions) {
    this.#options = options;
    const { minThreads, maxThreads, resourceLimits, poolOptions } = options;
    this.#piscina = new Piscina({
      recordTiming: false,
      ...poolOptions,
      ...(resourceLimits === null ? {} : { resourceLimits }),
      filename: WORKER,
      minThreads,
      maxThreads,
      // By their one task piscina takes all workers for idle: the pool knows better.
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
    // What ends a worker is heard on the worker itself.
    this.#piscina.on('error', () => {});
    this.#piscina.on('workerDestroy', () => this.#giveUpLostStarts());
  }

  /** How many threads are about to be there. */
  get starting(): number {
    return this.#starts.size;
  }

  /**
   * @throws what the handler's module throws; {@link SocketServerError} ERR_SOCKETSERVER_THREAD_DIED when the
   *   thread dies of it, ERR_SOCKETSERVER_BAD_CONTEXT when the context cannot be cloned
   */
  async start(events: RequestThreadEvents): Promise<RequestThread> {
    const { port1, port2 } = new MessageChannel();
    const begun = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
    const controller = new AbortController();
    this.#starts.add(controller);
    try {
      const { handler, serverAddress, limits } = this.#options;
      const { context, transfer = [] } = this.#options.threadContext();
      const ready = await this.#run(
        { port: port2, handler, serverAddress, context, limits, begun },
        transfer,
        controller,
      );
      const worker = this.#piscina.threads.find(({ threadId }) => threadId === ready.threadId);
      if (ready.type === 'failed') {
        // Its module cache has the failure for good.
        await worker?.terminate();
        this.#taken.delete(ready.threadId);
        throw unpackError(ready.error);
      }
      if (worker === undefined) throw threadDiedLoading(handler.url, new Error('it exited'));
      const thread = new RequestThread({ worker, port: port1, begun }, events);
      void thread.gone.then(() => this.#taken.delete(ready.threadId));
      return thread;
    } catch (error) {
      port1.close();
      throw error;
    } finally {
      this.#starts.delete(controller);
    }
  }

  abortStarts(): void {
    for (const controller of this.#starts) controller.abort(ended());
  }

  /** Ends every worker at once. */
  async destroy(): Promise<void> {
    this.abortStarts();
    await this.#piscina.destroy();
  }

  async #run(
    start: ThreadStart,
    transfer: readonly TransferListItem[],
    { signal }: AbortController,
  ): Promise<ThreadReady> {
    try {
      return await this.#piscina.run(start, { transferList: [start.port, ...transfer], signal });
    } catch (error) {
      throw isCloneError(error) ? badContext(error) : threadDiedLoading(start.handler.url, error);
    }
  }

  /** Piscina never fails a task that waits for a worker which then cannot even start. */
  #giveUpLostStarts(): void {
    queueMicrotask(() => {
      if (this.#piscina.queueSize > 0) this.abortStarts();
    });
  }
}

function isCloneError(error: unknown): boolean {
  const { name, code } = error as { name?: unknown; code?: unknown };
  return name === 'DataCloneError' || code === 'ERR_MISSING_TRANSFERABLE_IN_TRANSFER_LIST';
}
