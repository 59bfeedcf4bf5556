import type { Socket } from 'node:net';
import { availableParallelism } from 'node:os';
import type { AbstractConstructor, BaseServer, ClientAddress, Mixed, ServerStats } from '@socketserver/core';
import {
  checkChildrenTakeStreams,
  checkLeaves,
  errorReport,
  handlerReference,
  flushBeforeHandoff,
} from '@socketserver/core/workers';
import { ChildPool } from './child-pool.js';
import type { ChildOptions } from './child.js';
import { packContext } from './crossing-context.js';
import { closed, closedBefore, notListening } from './errors.js';
import { execArgvForChildren } from './exec-argv.js';
import type { AnyRequest } from './job.js';
import { checkFields, poolSizeOf, type ForkingFields } from './pool-size.js';

export interface ForkingStats extends ServerStats {
  /** Child processes, starting and ending ones too. */
  children: number;
  /** Requests that wait for a child; they are among `active`. */
  waiting: number;
  /** Requests that a child was given and did not begin, and that another one got. */
  redispatched: number;
}

/** What {@link ForkingMixIn} adds. */
export interface ForkingMembers extends ForkingFields {
  concurrent: boolean;
  pauseOnConnect: boolean;
  /** Milliseconds that `handleRequest()` waits for a request. @default 300000 */
  timeout: number | null;
  /** Children that run requests. @default available parallelism */
  maxChildren: number;
  /** Requests that one child runs at once; 1 for handlers that block. Further ones wait. @default 1024 */
  requestsPerChild: number;
  /** Requests after which a child is replaced; 1: a fresh process for every request. @default 0: no limit */
  maxRequestsPerChild: number;
  /** Up to this many more, at random, so that children are not all replaced at once. @default 0 */
  maxRequestsJitter: number;
  /**
   * Children that are kept ready to replace others.
   * @default null: `maxChildren` if `maxRequestsPerChild` is 1, else 1 if it is set, else 0
   */
  standbyChildren: number | null;
  /** Milliseconds after which a request that a child has not begun is given to another. @default 5000 */
  acknowledgeTimeout: number;
  /** Milliseconds between SIGTERM and SIGKILL. @default 5000 */
  killGrace: number;
  /**
   * Milliseconds for which a child's event loop may stand still: then the child is ended and replaced, and the
   * requests that it had begun have failed. 0: for ever. @default 30000
   */
  stuckTimeout: number;
  /**
   * Bytes of memory (the resident set of its process) above which a child is replaced: as with
   * `maxRequestsPerChild`, when the replacement is ready. Looked at every second. @default 0: no limit
   */
  maxWorkerRss: number;
  /** Arguments for node. @default process.execArgv, without `--eval`, `--input-type` and `--inspect…` */
  execArgv: readonly string[];
  /** The environment of the children. @default null: this process's own */
  env: NodeJS.ProcessEnv | null;
  /** The pids of the children. */
  readonly activeChildren: readonly number[];
  /** Brings the number of children to what the fields say. Called by `serviceActions` and `handleTimeout`. */
  collectChildren(): void;
  /**
   * Replaces every child by one that has loaded the handler's module anew, with the present `context`, `env` and
   * `execArgv`. No connection is refused or dropped. Resolves when every further request goes to a new child; the old
   * ones end when their requests have. One that is called while another runs begins after it.
   * @throws what the module throws while it loads: the old children then go on; {@link SocketServerError}
   *   ERR_SOCKETSERVER_NOT_LISTENING before `listen()`, ERR_SOCKETSERVER_CLOSED after `close()`
   */
  reload(): Promise<void>;
  stats(): ForkingStats;
}

/** A server whose requests run in child processes. */
export type Forking<Base extends AbstractConstructor> = Mixed<Base, ForkingMembers>;

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
  abstract class ForkingServer extends base implements ForkingMembers {
    override concurrent = true;
    override pauseOnConnect = true;
    override timeout: number | null = 300_000;
    maxChildren = availableParallelism();
    requestsPerChild = 1_024;
    maxRequestsPerChild = 0;
    maxRequestsJitter = 0;
    standbyChildren: number | null = null;
    acknowledgeTimeout = 5_000;
    killGrace = 5_000;
    stuckTimeout = 30_000;
    maxWorkerRss = 0;
    execArgv: readonly string[] = execArgvForChildren(process.execArgv);
    env: NodeJS.ProcessEnv | null = null;
    #pool: ChildPool | undefined;
    #ending: Promise<void> | undefined;
    #childrenEnded: Promise<void> | undefined;

    // oxlint-disable-next-line typescript/no-explicit-any -- what TypeScript asks of a mixin (TS2545)
    constructor(...args: any[]) {
      super(...args);
      checkLeaves(this.RequestHandlerClass);
    }

    get activeChildren(): readonly number[] {
      return this.#pool?.pids ?? [];
    }

    collectChildren(): void {
      this.#pool?.adjust();
    }

    override stats(): ForkingStats {
      const pool = this.#pool;
      return {
        ...super.stats(),
        children: pool?.pids.length ?? 0,
        waiting: pool?.waiting ?? 0,
        redispatched: pool?.redispatched ?? 0,
      };
    }

    protected override checkFields(): void {
      super.checkFields();
      this.checkRunsElsewhere();
      checkFields(this);
      packContext(this.context);
    }

    override serviceActions(): void | Promise<void> {
      this.collectChildren();
      return super.serviceActions();
    }

    override handleTimeout(): void | Promise<void> {
      this.collectChildren();
      return super.handleTimeout();
    }

    /** Starts the children. Resolves when each has loaded the handler. */
    protected override async loadHandler(): Promise<void> {
      if (this.state === 'draining') throw closedBefore('listen()');
      if (this.socketType === 'stream') checkChildrenTakeStreams(this.addressFamily);
      this.#pool = new ChildPool({
        size: () => poolSizeOf(this),
        child: () => this.#childOptions(),
        onShutdown: () => void this.shutdown(),
        onFailure: (error) => void this.#report(error),
      });
      await this.#pool.start();
    }

    #childOptions(): ChildOptions {
      return {
        execArgv: this.execArgv,
        env: this.env ?? undefined,
        serialization: this.socketType === 'stream' ? 'json' : 'advanced', // only 'advanced' carries bytes; 'json' is faster
        acknowledgeTimeout: this.acknowledgeTimeout,
        killGrace: this.killGrace,
        start: {
          type: 'start',
          handler: handlerReference(this.RequestHandlerClass, this.socketType),
          serverAddress: this.serverAddress,
          context: packContext(this.context),
          limits: this.requestLimits,
        },
      };
    }

    async reload(): Promise<void> {
      if (this.state === 'draining' || this.state === 'closed') throw closedBefore('reload()');
      if (this.state === 'idle') throw notListening('reload()');
      checkFields(this);
      await this.#pool?.reload();
    }

    override processRequest(request: object, clientAddress: ClientAddress): Promise<void> {
      const run = (): Promise<void> =>
        this.#pool?.run(request as AnyRequest, clientAddress) ?? Promise.reject(closed());
      const ready =
        this.socketType === 'stream' ? flushBeforeHandoff(request as Socket, this.requestLimits) : undefined;
      return ready === undefined ? run() : ready.then(run);
    }

    protected override abortRequests(reason: unknown): void {
      super.abortRequests(reason);
      this.#pool?.abort(reason);
    }

    protected override async killRequests(): Promise<void> {
      await this.#pool?.kill();
      await super.killRequests();
    }

    /** Ends the children too, when the last request has ended. */
    override serverClose(): Promise<void> {
      this.#ending ??= this.#end(super.serverClose());
      this.#pool?.cancelStart();
      return this.#ending;
    }

    protected override async workersEnded(): Promise<void> {
      await this.#childrenEnded;
    }

    async #end(closing: Promise<void>): Promise<void> {
      await closing;
      // One that is still being verified has no child yet.
      this.#childrenEnded = this.untilIdle().then(() => this.#pool?.end());
      if (this.blockOnClose) await this.#childrenEnded;
    }

    /** An override of `handleError` may itself throw; that ends no child. */
    async #report(error: unknown): Promise<void> {
      try {
        await this.handleError(error);
      } catch (second) {
        console.error(errorReport(error));
        console.error(errorReport(second));
      }
    }
  }
  return ForkingServer;
}
