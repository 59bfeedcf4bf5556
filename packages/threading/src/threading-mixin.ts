import type { ResourceLimits } from 'node:worker_threads';
import type { AbstractConstructor, BaseServer, Mixed } from '@socketserver/core';
import {
  createDriver,
  defaultWorkers,
  PooledMixIn,
  watchFields,
  type PooledMembers,
  type PooledStats,
  type WorkerDriver,
} from '@socketserver/core/workers';
import { chooseHandOver, type HandOver } from './driver/socket-transfer.js';
import { ThreadDriver, type ThreadContext } from './driver/thread-driver.js';
import { checkPoolOptions, checkResourceLimits, type PoolOptions } from './options.js';

export interface ThreadingStats extends PooledStats {
  /** How connections reach the threads; null before `listen()`, and where threads accept for themselves. */
  handOver: HandOver | null;
}

/** What {@link ThreadingMixIn} adds. */
export interface ThreadingMembers extends PooledMembers {
  /** Threads that are always there. @default null: as many as `maxThreads` */
  minThreads: number | null;
  /**
   * Threads at most; those above `minThreads` start when all others are full.
   * @default available parallelism, at most the CPU limit of the container
   */
  maxThreads: number;
  /** Requests that one thread runs at once; 1 for handlers that block. Further ones wait. @default 1024 */
  requestsPerThread: number;
  /**
   * Requests after which a thread is replaced: it serves until its replacement is ready, then takes nothing more, and ends when
   * its requests have. 1: a fresh thread for every request. @default 0: no limit
   */
  maxRequestsPerThread: number;
  /**
   * Threads that are kept ready to replace others.
   * @default null: `maxThreads` if `maxRequestsPerThread` is 1, else 1 if it is set, else 0
   */
  standbyThreads: number | null;
  /** Memory of each new thread, as `new Worker()` takes it. @default null: Node's own limits */
  resourceLimits: ResourceLimits | null;
  /** Whether the process may end while requests run that nobody waits for. @default false */
  daemonThreads: boolean;
  /** Whatever else piscina takes for new threads: `argv`, `niceIncrement`, … @default {} */
  poolOptions: PoolOptions;
  /** What a new thread gets as its `this.server.context`. May be overridden, to transfer or to tell threads apart. */
  threadContext(): ThreadContext;
  stats(): ThreadingStats;
}

/** A server whose requests run in threads. */
export type Threaded<Base extends AbstractConstructor> = Mixed<Base, ThreadingMembers>;

const NAMES = {
  min: 'minThreads',
  max: 'maxThreads',
  standby: 'standbyThreads',
  requestsPerWorker: 'requestsPerThread',
  maxRequests: 'maxRequestsPerThread',
};

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
  abstract class ThreadingServer extends PooledMixIn(base, NAMES) implements ThreadingMembers {
    minThreads: number | null = null;
    maxThreads = defaultWorkers();
    requestsPerThread = 1_024;
    maxRequestsPerThread = 0;
    standbyThreads: number | null = null;
    resourceLimits: ResourceLimits | null = null;
    daemonThreads = false;
    poolOptions: PoolOptions = {};
    #handOver: HandOver | null = null;
    #driver: ThreadDriver | undefined;

    override stats(): ThreadingStats {
      return { ...super.stats(), handOver: this.#handOver };
    }

    threadContext(): ThreadContext {
      return { context: this.context };
    }

    protected override checkFields(): void {
      super.checkFields();
      checkResourceLimits(this.resourceLimits);
      checkPoolOptions(this.poolOptions);
    }

    protected override guardFields(): void {
      super.guardFields();
      watchFields(this, {
        resourceLimits: { check: checkResourceLimits },
        poolOptions: { check: checkPoolOptions },
        daemonThreads: { onSet: () => this.#driver?.holdProcess() },
      });
    }

    override [createDriver](): WorkerDriver {
      const handsOver = this.acceptIn === 'main' && this.socketType === 'stream';
      const handOver = handsOver ? chooseHandOver(this.addressFamily) : 'transfer';
      if (this.acceptIn === 'main') this.#handOver = handOver;
      this.#driver = new ThreadDriver(this, handOver);
      return this.#driver;
    }
  }
  return ThreadingServer;
}
