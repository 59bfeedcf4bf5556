import Module from 'node:module';
import {
  MessageChannel,
  receiveMessageOnPort,
  type MessagePort,
  type ResourceLimits,
  type TransferListItem,
  type Worker as NodeWorker,
} from 'node:worker_threads';
import {
  badContext,
  entryFile,
  forgetLastStat,
  surviveClosing,
  type AcceptSpec,
  type AcceptStart,
  type TableMemory,
  type WorkerDriver,
  type WorkerEvents,
  type WorkerSpec,
} from '@socketserver/core/workers';
import type { Piscina } from 'piscina';
import type { PoolOptions } from '../options.js';
import type { HandOver } from './socket-transfer.js';
import { StartMarker } from './start-marker.js';
import type { ThreadReady, ThreadStart } from './thread-start.js';
import { ThreadWorker } from './thread-worker.js';

/** What a thread is told of its server. */
export interface ThreadContext {
  /** The handlers' `this.server.context`. Structured clone takes a copy. */
  context: unknown;
  /** What of it is moved, not copied: a MessagePort, an ArrayBuffer, … */
  transfer?: readonly TransferListItem[];
}

/** The fields of a server that its threads are made from: read for each. */
export interface ThreadFields {
  readonly env: NodeJS.ProcessEnv | null;
  readonly execArgv: readonly string[] | null;
  readonly resourceLimits: ResourceLimits | null;
  readonly poolOptions: PoolOptions;
  readonly daemonThreads: boolean;
  threadContext(): ThreadContext;
}

const ENTRY = { of: '@socketserver/threading', name: '../entry/worker.cjs', url: import.meta.url };

/**
 * Starts threads that load the handler. Each is the only worker of a piscina of its own, and gets a single task, which loads
 * the handler and opens a port. Requests travel over that port, not as tasks of piscina: those cost more CPU, and a dead
 * thread's could not be told apart by whether they had begun. In one piscina for all, a thread that ends would count until it is
 * gone, and starts would wait in a queue for the room that it takes.
 */
export class ThreadDriver implements WorkerDriver {
  readonly handOver: HandOver;
  readonly #fields: ThreadFields;
  readonly #entry = entryFile(ENTRY);
  readonly #workers = new Set<ThreadWorker>();
  #isWaitedFor = false;

  /** @throws {SocketServerError} ERR_SOCKETSERVER_BUNDLED */
  constructor(fields: ThreadFields, handOver: HandOver) {
    this.#fields = fields;
    this.handOver = handOver;
    // What threads print passes through this one.
    for (const stream of [process.stdout, process.stderr]) surviveClosing(stream);
  }

  /** @throws what `threadContext()` throws, and what piscina says of its options */
  start(spec: WorkerSpec, events: WorkerEvents): ThreadWorker {
    const { context, transfer = [] } = this.#fields.threadContext(); // the user's: it may throw
    const piscina = this.#makePiscina();
    const { port1, port2 } = new MessageChannel();
    const marker = new StartMarker();
    const { handler, serverAddress, limits } = spec;
    const accept = spec.accept && withoutCount(spec.accept);
    const shared = { port: port2, marker: marker.cells, accept };
    const start: ThreadStart = { handler, serverAddress, limits, context, ...shared };
    const [thread] = piscina.threads as [NodeWorker];
    const worker = new ThreadWorker(
      {
        thread,
        port: port1,
        marker,
        loaded: load(piscina, start, transfer),
        whyNotSent: (error) => (hasLeft(port2, port1) ? undefined : notCloned(error, context, transfer)),
        handOver: this.handOver,
        holdsProcess: () => this.#isWaitedFor || !this.#fields.daemonThreads,
      },
      events,
      spec.accept?.accepted,
    );
    this.#workers.add(worker);
    void worker.gone.then(() => this.#workers.delete(worker));
    return worker;
  }

  shareMemory(bytes: number): TableMemory {
    return { buffer: new SharedArrayBuffer(bytes), close: () => {} };
  }

  /** Whoever waits for the end keeps the process alive, whatever `daemonThreads` says. */
  waitedFor(): void {
    this.#isWaitedFor = true;
    this.holdProcess();
  }

  /** Running requests keep the process alive, or do so no more. */
  holdProcess(): void {
    for (const worker of this.#workers) worker.holdProcess();
  }

  #makePiscina(): Piscina<ThreadStart, ThreadReady> {
    const { env, execArgv, resourceLimits, poolOptions } = this.#fields;
    forgetLastStat();
    // Not by `import`: a bundler would pack it without the file that its threads start from.
    const { Piscina } = Module.createRequire(import.meta.url)('piscina') as typeof import('piscina');
    const piscina = new Piscina<ThreadStart, ThreadReady>({
      recordTiming: false,
      ...poolOptions,
      ...(env === null ? {} : { env }),
      ...(execArgv === null ? {} : { execArgv: [...execArgv] }),
      ...(resourceLimits === null ? {} : { resourceLimits }),
      filename: this.#entry,
      minThreads: 1,
      maxThreads: 1,
      idleTimeout: Infinity,
      concurrentTasksPerWorker: 1,
      // Waiting for tasks in Atomics.wait would freeze the sockets of the thread.
      atomics: 'disabled',
    });
    // What ends a thread is heard on the thread itself.
    piscina.on('error', () => {});
    // A second thread is for the pool to start, which knows what the first one died of.
    piscina.on('workerDestroy', () => void piscina.destroy());
    return piscina;
  }
}

async function load(
  piscina: Piscina<ThreadStart, ThreadReady>,
  start: ThreadStart,
  transfer: readonly TransferListItem[],
): Promise<ThreadReady> {
  try {
    return await piscina.run(start, { transferList: [start.port, ...transfer] });
  } catch (error) {
    void piscina.destroy();
    throw error;
  }
}

/** What of it crosses. */
function withoutCount({ terms, memory, fd }: AcceptSpec): AcceptStart {
  return { terms, memory, fd };
}

/** Whether a port has been transferred, told by its other end: what cannot be cloned does not take it along. */
function hasLeft(port: MessagePort, other: MessagePort): boolean {
  port.postMessage(null);
  return receiveMessageOnPort(other) === undefined;
}

/** @param transfer - the user's, so it may be no list */
function notCloned(cause: unknown, context: unknown, transfer: unknown): Error {
  return badContext(context, {
    by: 'structured clone',
    crosses: isCloneable,
    moved: Array.isArray(transfer) ? transfer : [],
    cure: 'override threadContext() to give each thread a value of its own, or to transfer what cannot be cloned',
    cause,
  });
}

function isCloneable(value: unknown): boolean {
  try {
    structuredClone(value);
    return true;
  } catch {
    return false;
  }
}
