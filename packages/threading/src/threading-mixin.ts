import type { Socket } from 'node:net';
import { availableParallelism } from 'node:os';
import type { ResourceLimits } from 'node:worker_threads';
import type {
  AbstractConstructor,
  BaseServer,
  ClientAddress,
  DatagramRequest,
  Mixed,
  ServerStats,
} from '@socketserver/core';
import { checkLeaves, errorReport, handlerReference, flushBeforeHandoff } from '@socketserver/core/workers';
import { closed, notListening } from './errors.js';
import { chooseHandOver, type HandOver } from './hand-over.js';
import { checkThreadFields, type PoolOptions } from './pool-options.js';
import { DatagramJob, StreamJob, type ThreadJob } from './thread-job.js';
import type { ThreadContext } from './thread-factory.js';
import { ThreadPool } from './thread-pool.js';

export interface ThreadingStats extends ServerStats {
  /** How connections reach the threads; null before `listen()`. */
  handOver: HandOver | null;
  /** Threads that take requests. */
  threads: number;
  /** Threads that take nothing more, and end when their requests have. */
  leavingThreads: number;
}

/** What {@link ThreadingMixIn} adds. */
export interface ThreadingMembers {
  concurrent: boolean;
  pauseOnConnect: boolean;
  /** Threads that are always ready. @default null: as many as `maxThreads` */
  minThreads: number | null;
  /** Threads at most; those above `minThreads` start when all others are full. @default available parallelism */
  maxThreads: number;
  /** Requests that one thread runs at once; 1 for handlers that block. Further ones wait. @default 1024 */
  requestsPerThread: number;
  /** Milliseconds without a request after which a thread above `minThreads` ends. @default 30000 */
  idleTimeout: number;
  /**
   * Milliseconds for which a thread's event loop may stand still: then the thread is ended and replaced, and its
   * requests have failed. 0: for ever. @default 30000
   */
  stuckTimeout: number;
  /**
   * Requests after which a thread is replaced. It serves until its replacement is ready, then takes nothing more, and
   * ends when its requests have. @default 0: no limit
   */
  maxRequestsPerThread: number;
  /** At most so many requests, at random, are added to that, so that not all threads are replaced at once. @default 0 */
  maxRequestsJitter: number;
  /**
   * Bytes of a thread's own objects and buffers, above which it is replaced in the same way. Looked at every second.
   * @default 0: no limit
   */
  maxWorkerRss: number;
  /** Memory of each thread, as `new Worker()` takes it. @default null: Node's own limits */
  resourceLimits: ResourceLimits | null;
  /** Whether the process may end while requests run that nobody waits for. @default false */
  daemonThreads: boolean;
  /** Whatever else piscina takes: `env`, `execArgv`, `niceIncrement`, … @default {} */
  poolOptions: PoolOptions;
  /** What a new thread gets as its `this.server.context`. May be overridden, to transfer or to tell threads apart. */
  threadContext(): ThreadContext;
  /**
   * Replaces every thread by one that has loaded the handler's module anew, with the present `context`. No connection
   * is refused or dropped. Resolves when every further request goes to a new thread; the old ones end when their
   * requests have. One that is called while another runs begins after it.
   * @throws what the module throws while it loads: the old threads then go on; {@link SocketServerError}
   *   ERR_SOCKETSERVER_NOT_LISTENING before `listen()`, ERR_SOCKETSERVER_CLOSED after `close()`
   */
  reload(): Promise<void>;
  stats(): ThreadingStats;
}

/** A server whose requests run in threads. */
export type Threaded<Base extends AbstractConstructor> = Mixed<Base, ThreadingMembers>;

/**
 * Runs every request in a thread. The main side accepts, verifies and hands over; the connection itself moves
 * to the thread, where the handler has a real `net.Socket`. For handlers that compute, or that block.
 *
 * On the main side run `verifyRequest`, `handleError`, `shutdownRequest` and `serviceActions`; after the
 * hand-over their `request` is a closed socket. In the threads runs the handler, and nothing else.
 *
 * @example class Server extends ThreadingMixIn(TCPServer) {}
 */
export function ThreadingMixIn<Base extends AbstractConstructor<BaseServer>>(base: Base): Threaded<Base> {
  abstract class ThreadingServer extends base implements ThreadingMembers {
    override concurrent = true;
    override pauseOnConnect = true;
    minThreads: number | null = null;
    maxThreads = availableParallelism();
    requestsPerThread = 1_024;
    idleTimeout = 30_000;
    stuckTimeout = 30_000;
    maxRequestsPerThread = 0;
    maxRequestsJitter = 0;
    maxWorkerRss = 0;
    resourceLimits: ResourceLimits | null = null;
    daemonThreads = false;
    poolOptions: PoolOptions = {};
    #handOver: HandOver | null = null;
    #pool: ThreadPool | undefined;
    #ending: Promise<void> | undefined;
    #threadsEnded: Promise<void> | undefined;

    // oxlint-disable-next-line typescript/no-explicit-any -- what TypeScript asks of a mixin (TS2545)
    constructor(...args: any[]) {
      super(...args);
      checkLeaves(this.RequestHandlerClass);
    }

    override stats(): ThreadingStats {
      const pool = this.#pool;
      const threads = { threads: pool?.size ?? 0, leavingThreads: pool?.leaving ?? 0 };
      return { ...super.stats(), handOver: this.#handOver, ...threads };
    }

    async reload(): Promise<void> {
      if (this.state === 'draining' || this.state === 'closed') throw closed('reload()');
      if (this.state === 'idle') throw notListening('reload()');
      await this.#pool?.reload();
    }

    threadContext(): ThreadContext {
      return { context: this.context };
    }

    protected override checkFields(): void {
      super.checkFields();
      this.checkRunsElsewhere();
      checkThreadFields(this);
    }

    /** Starts the threads. Resolves when each has loaded the handler. */
    protected override async loadHandler(): Promise<void> {
      if (this.state !== 'idle') throw closed('listen()'); // closed while it was binding
      this.#handOver = this.socketType === 'datagram' ? 'transfer' : chooseHandOver(this.addressFamily);
      this.#pool = new ThreadPool({
        ...checkThreadFields(this),
        handler: handlerReference(this.RequestHandlerClass, this.socketType),
        serverAddress: this.serverAddress,
        limits: this.requestLimits,
        threadContext: () => this.threadContext(),
        holdsProcess: !this.daemonThreads,
        onShutdown: () => void this.shutdown(),
        onFailure: (error) => void this.#report(error),
      });
      try {
        await this.#pool.start();
      } catch (error) {
        throw this.state === 'idle' ? error : closed('listen()');
      }
    }

    override processRequest(request: object, clientAddress: ClientAddress): Promise<void> {
      const pool = this.#pool;
      if (pool === undefined) return Promise.reject(closed('processRequest()'));
      const run = (): Promise<void> => pool.run(this.#jobOf(request, clientAddress));
      const ready =
        this.socketType === 'stream' ? flushBeforeHandoff(request as Socket, this.requestLimits) : undefined;
      return ready === undefined ? run() : ready.then(run);
    }

    protected override abortRequests(reason: unknown): void {
      super.abortRequests(reason);
      this.#pool?.abort(reason);
    }

    protected override async killRequests(): Promise<void> {
      await Promise.all([super.killRequests(), this.#pool?.kill()]);
    }

    override serverClose(): Promise<void> {
      if (this.#ending === undefined) {
        // A module may take its time to load, or never come to an end of it: nobody waits for it any more.
        if (this.state === 'idle') void this.#pool?.kill();
        this.#ending = this.#end(super.serverClose());
      }
      return this.#ending;
    }

    protected override async workersEnded(): Promise<void> {
      await this.#threadsEnded;
    }

    async #end(closing: Promise<void>): Promise<void> {
      const pool = this.#pool;
      // Whoever waits for the end keeps the process alive, whatever `daemonThreads` says.
      if (this.blockOnClose) pool?.holdProcess(true);
      await closing;
      // One that is still being verified has no thread yet.
      this.#threadsEnded = this.untilIdle().then(() => pool?.end());
      if (this.blockOnClose) await this.#threadsEnded;
    }

    #jobOf(request: object, clientAddress: ClientAddress): ThreadJob {
      return this.socketType === 'datagram'
        ? new DatagramJob(request as DatagramRequest, clientAddress)
        : new StreamJob(request as Socket, clientAddress, this.#handOver ?? 'dup');
    }

    /** An override of `handleError` may itself throw; that ends no thread. */
    async #report(error: Error): Promise<void> {
      try {
        await this.handleError(error);
      } catch (second) {
        console.error(errorReport(error));
        console.error(errorReport(second));
      }
    }
  }
  return ThreadingServer;
}
