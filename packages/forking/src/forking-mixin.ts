import type { AbstractConstructor, BaseServer, Mixed } from '@socketserver/core';
import {
  adjustWorkers,
  checkChildrenTakeStreams,
  checkInteger,
  createDriver,
  defaultWorkers,
  PooledMixIn,
  watchFields,
  type PooledMembers,
  type PooledStats,
  type WorkerDriver,
} from '@socketserver/core/workers';
import { packContext } from './driver/context.js';
import { ProcessDriver } from './driver/process-driver.js';

export type ForkingStats = PooledStats;

/** What {@link ForkingMixIn} adds. Every field may be changed while the server runs. */
export interface ForkingMembers extends PooledMembers {
  /** Milliseconds that `handleRequest()` waits for a request. @default 300000 */
  timeout: number | null;
  /** Children that are always there. @default null: `maxChildren` */
  minChildren: number | null;
  /** Children that run requests, at most. @default the CPUs that this process may use */
  maxChildren: number;
  /** Requests that one child runs at once; 1 for handlers that block. Further ones wait. @default 1024 */
  requestsPerChild: number;
  /** Requests after which a child is replaced; 1: a fresh process for every request. @default 0: no limit */
  maxRequestsPerChild: number;
  /**
   * Children that are kept ready to replace others.
   * @default null: `maxChildren` if `maxRequestsPerChild` is 1, else 1 if it is set, else 0
   */
  standbyChildren: number | null;
  /** Milliseconds after which a request that a child has not begun is given to another. @default 5000 */
  acknowledgeTimeout: number;
  /** Milliseconds between SIGTERM and SIGKILL. @default 5000 */
  killGrace: number;
  /** The pids of the children. */
  readonly activeChildren: readonly number[];
  /** Brings the number of children to what the fields say. Called by `serviceActions` and `handleTimeout`. */
  collectChildren(): void;
}

/** A server whose requests run in child processes. */
export type Forking<Base extends AbstractConstructor> = Mixed<Base, ForkingMembers>;

const NAMES = {
  min: 'minChildren',
  max: 'maxChildren',
  standby: 'standbyChildren',
  requestsPerWorker: 'requestsPerChild',
  maxRequests: 'maxRequestsPerChild',
};

/**
 * Runs every request in a child process. The parent accepts, verifies and hands over; the handler has a real
 * `net.Socket` in the child. For handlers that may crash, leak, or must be kept apart.
 *
 * In the parent run `verifyRequest`, `handleError`, `shutdownRequest` and `serviceActions`; after the hand-over
 * their `request` is a closed socket. In the children runs the handler, and nothing else.
 *
 * @example class Server extends ForkingMixIn(TCPServer) {}
 */
export function ForkingMixIn<Base extends AbstractConstructor<BaseServer>>(base: Base): Forking<Base> {
  abstract class ForkingServer extends PooledMixIn(base, NAMES) implements ForkingMembers {
    override timeout: number | null = 300_000;
    minChildren: number | null = null;
    maxChildren = defaultWorkers();
    requestsPerChild = 1_024;
    maxRequestsPerChild = 0;
    standbyChildren: number | null = null;
    acknowledgeTimeout = 5_000;
    killGrace = 5_000;
    #driver: ProcessDriver | undefined;

    get activeChildren(): readonly number[] {
      return this.#driver?.pids ?? [];
    }

    collectChildren(): void {
      this[adjustWorkers]();
    }

    override serviceActions(): void | Promise<void> {
      this.collectChildren();
      return super.serviceActions();
    }

    override handleTimeout(): void | Promise<void> {
      this.collectChildren();
      return super.handleTimeout();
    }

    protected override checkFields(): void {
      super.checkFields();
      checkAcknowledgeTimeout(this.acknowledgeTimeout);
      checkKillGrace(this.killGrace);
      packContext(this.context);
    }

    protected override guardFields(): void {
      super.guardFields();
      watchFields(this, {
        acknowledgeTimeout: { check: checkAcknowledgeTimeout },
        killGrace: { check: checkKillGrace },
      });
    }

    override [createDriver](): WorkerDriver {
      if (this.socketType === 'stream') checkChildrenTakeStreams(this.addressFamily);
      this.#driver = new ProcessDriver(this);
      return this.#driver;
    }
  }
  return ForkingServer;
}

function checkAcknowledgeTimeout(ms: unknown): void {
  checkInteger('acknowledgeTimeout', ms, { min: 1 });
}

function checkKillGrace(ms: unknown): void {
  checkInteger('killGrace', ms, { min: 0 });
}
