import type { Socket } from 'node:net';
import { isInherited, type ClientAddress } from '../address.js';
import { badArgument, unsupported } from '../errors.js';
import { checkLeaves, handlerReference } from '../execution/handler-reference.js';
import { needLibc } from '../native/libc.js';
import { acceptErrorChannel } from '../requests/diagnostics.js';
import type { RequestSource } from '../sources/request-source.js';
import type { AbstractConstructor, Mixed } from '../mixin.js';
import type { ServerStats } from '../requests/active-requests.js';
import { BaseServer } from '../servers/base-server.js';
import type { CloseOptions } from '../servers/server-types.js';
import { freezeFields, rulesFor, watchFields } from '../servers/field-rules.js';
import { checkMs } from '../validation.js';
import {
  checkAcceptIn,
  checkHooksAccept,
  checkWorkersAccept,
  type AcceptFields,
  type AcceptIn,
} from './accept-in.js';
import type { WorkerDriver } from './driver.js';
import { closed, closedBefore, notListening } from './errors.js';
import { flushBeforeHandoff } from './flush-before-handoff.js';
import type { WorkerRequest } from './job.js';
import { poolSizeOf, type PoolFieldNames, type PoolSize } from './options.js';
import type { WorkerCounts } from './pool/supervisor.js';
import { AcceptedRequests } from './pool/accepted-requests.js';
import { SharedSource } from './pool/shared-source.js';
import { WorkerPool, type Accepting } from './pool/worker-pool.js';
import { TABLE_BYTES } from './protocol/accept-table.js';

/** For a mixin of an engine to fill: its driver, made when the server listens. */
export const createDriver: unique symbol = Symbol('createDriver');
/** For a mixin of an engine to call: brings the workers to what the fields say now. */
export const adjustWorkers: unique symbol = Symbol('adjustWorkers');

export interface PooledStats extends ServerStats {
  /** Threads or processes. */
  workers: WorkerCounts;
  /** Requests that wait for a worker; they are among `active`. */
  waiting: number;
  /** Requests that a worker was given and did not start, and that another one got. */
  redispatched: number;
}

/** What both engines add to a server. Every field may be changed while the server runs. */
export interface PooledMembers {
  concurrent: boolean;
  pauseOnConnect: boolean;
  /** At most so many requests, at random, are added to the limit, so that workers are not all replaced at once. @default 0 */
  maxRequestsJitter: number;
  /**
   * Bytes of memory above which a worker is replaced, when the replacement is ready. For a thread: its own heap and buffers;
   * for a process: its resident set. Checked every second. @default 0: no limit
   */
  maxWorkerMemory: number;
  /** Milliseconds without work after which a worker above the minimum ends; Infinity: never. @default 30000 */
  idleTimeout: number;
  /**
   * Milliseconds for which a worker's event loop may stand still: then the worker is ended and replaced, and the requests that
   * it had started have failed (ERR_SOCKETSERVER_STUCK). 0: for ever. While it loads the handler it gets at least 10000.
   * @default 30000
   */
  stuckTimeout: number;
  /** The environment of new workers. @default null: this process's own */
  env: NodeJS.ProcessEnv | null;
  /** Arguments for node in new workers. @default null: this process's own, without those that only it can have */
  execArgv: readonly string[] | null;
  /**
   * Who takes requests. `'main'`: this side does, and gives each to the worker that has the fewest. `'workers'`: each worker takes
   * them for itself, from the one socket that all share; this side then costs nothing per request, and sees none: hooks and
   * limits that need it to are refused by `listen()`, and `handleError()` gets errors without their request. What clients
   * send waits in the kernel, and outlives every worker. Not for Unix datagrams. Frozen. @default 'main'
   */
  acceptIn: AcceptIn;
  /**
   * Replaces every worker by one that has loaded the handler's module anew, with the present `context`, `env` and `execArgv`.
   * No connection is refused or dropped. Resolves when every further request goes to a new worker. In the old ones every
   * handler's `signal` aborts, as when the server closes: reading ends between two lines. They end when their requests have,
   * or after `graceMs` ms, and then what still ran has failed (ERR_SOCKETSERVER_WORKER_DIED). One that is called while
   * another runs begins after it.
   * @throws what the module throws while it loads: the old workers then go on; {@link SocketServerError}
   *   ERR_SOCKETSERVER_NOT_LISTENING before `listen()`, ERR_SOCKETSERVER_CLOSED after `close()`
   */
  reload(options?: CloseOptions): Promise<void>;
  stats(): PooledStats;
}

/** Fields of every server that workers have to heed which take requests for themselves, or cannot. */
const ADMISSION_FIELDS = ['maxConnections', 'maxConnectionsPerHost', 'acceptRate', 'overload'];
/** Those of {@link PooledMembers} that say how many workers there are. */
const POOL_FIELDS = ['maxRequestsJitter', 'maxWorkerMemory', 'idleTimeout', 'stuckTimeout'];

interface EngineHooks {
  [createDriver](): WorkerDriver;
  [adjustWorkers](): void;
}

/**
 * Runs every request in a worker. The main side accepts, verifies and dispatches; the handler runs in the worker. What a worker
 * is, a thread or a process, is the engine's: a mixin over this one fills `[createDriver]()`, and names its fields.
 */
export function PooledMixIn<Base extends AbstractConstructor<BaseServer>>(
  base: Base,
  names: PoolFieldNames,
): Mixed<Base, PooledMembers & EngineHooks> {
  abstract class PooledServer extends base implements PooledMembers, EngineHooks {
    override concurrent = true;
    override pauseOnConnect = true;
    maxRequestsJitter = 0;
    maxWorkerMemory = 0;
    idleTimeout = 30_000;
    stuckTimeout = 30_000;
    env: NodeJS.ProcessEnv | null = null;
    execArgv: readonly string[] | null = null;
    acceptIn: AcceptIn = 'main';
    /** The socket that workers take requests from for themselves. */
    #shared: RequestSource<object> | undefined;
    #accepted: AcceptedRequests | undefined;
    #pool: WorkerPool | undefined;
    #driver: WorkerDriver | undefined;
    #size: PoolSize | undefined;
    #ending: Promise<void> | undefined;
    #workersEnded: Promise<void> | undefined;

    // oxlint-disable-next-line typescript/no-explicit-any -- what TypeScript asks of a mixin (TS2545)
    constructor(...args: any[]) {
      super(...args);
      checkLeaves(this.RequestHandlerClass);
    }

    abstract [createDriver](): WorkerDriver;

    [adjustWorkers](): void {
      if (this.#pool === undefined) return;
      this.#size = poolSizeOf(this, names);
      this.#setAcceptRules();
      this.#pool.takeAnew();
      this.#pool.adjust();
    }

    override stats(): PooledStats {
      const pool = this.#pool;
      const none: WorkerCounts = { serving: 0, starting: 0, draining: 0 };
      const { workers = none, waiting = 0, redispatched = 0 } = pool ?? {};
      return { ...super.stats(), workers, waiting, redispatched };
    }

    async reload({ graceMs = 30_000 }: CloseOptions = {}): Promise<void> {
      checkMs('graceMs', graceMs);
      if (this.state === 'draining' || this.state === 'closed') throw closedBefore('reload()');
      if (this.state === 'idle') throw notListening('reload()');
      this.checkFields();
      await this.#pool?.reload(graceMs);
    }

    protected override checkFields(): void {
      super.checkFields();
      checkAcceptIn(this.acceptIn);
      // oxlint-disable-next-line typescript/unbound-method -- compared, not called
      checkHooksAccept(this, PooledServer.prototype.processRequest);
      checkRunsElsewhere(this);
      this.#size = poolSizeOf(this, names);
      checkWorkersAccept(this.#acceptFields(), this.#size, names);
      checkEnv(this.env);
      checkExecArgv(this.execArgv);
    }

    protected override guardFields(): void {
      super.guardFields();
      const sizes = [...Object.values(names), ...POOL_FIELDS];
      const checkAs = (name: string, value: unknown): void => {
        const size = poolSizeOf(Object.create(this, { [name]: { value } }) as this, names);
        checkWorkersAccept({ ...this.#acceptFields(), [name]: value }, size, names);
      };
      const checks = [...sizes, ...ADMISSION_FIELDS].map((name): [string, (value: unknown) => void] => [
        name,
        (value) => checkAs(name, value),
      ]);
      freezeFields(this, ['acceptIn']);
      watchFields(
        this,
        rulesFor(Object.fromEntries(checks), () => this[adjustWorkers]()),
      );
      watchFields(this, { env: { check: checkEnv }, execArgv: { check: checkExecArgv } });
      this[adjustWorkers](); // a field may have been set while the workers started
    }

    protected override limitsChanged(): void {
      super.limitsChanged();
      this.#pool?.setLimits(this.requestLimits);
    }

    /** Where workers take requests for themselves, the main side only holds the socket. */
    protected override shareSource(source: RequestSource<object>): RequestSource<object> {
      if (this.acceptIn === 'main') return source;
      needLibc('workers that accept for themselves');
      this.#shared = source;
      return new SharedSource(source, !isInherited(this.serverAddress), () => this.#pool);
    }

    /** Starts the workers. Resolves when each has loaded the handler. */
    protected override async loadHandler(): Promise<void> {
      if (this.state !== 'idle') throw closedBefore('listen()'); // closed while it was binding
      this.#driver = this[createDriver]();
      const accepting = this.#accept(this.#driver);
      this.#pool = new WorkerPool({
        driver: this.#driver,
        spec: () => ({
          handler: handlerReference(this.RequestHandlerClass, this.socketType),
          serverAddress: this.serverAddress,
          limits: this.requestLimits,
        }),
        size: () => (this.#size ??= poolSizeOf(this, names)),
        onShutdown: () => void this.shutdown(),
        onFailure: (error) => this.reportError(error),
        accepting,
      });
      try {
        await this.#pool.start();
      } catch (error) {
        throw this.state === 'idle' ? error : closedBefore('listen()');
      }
    }

    override handleRequest(): Promise<void> {
      if (this.acceptIn === 'main') return super.handleRequest();
      return Promise.reject(noHandleRequest());
    }

    override processRequest(request: object, clientAddress: ClientAddress): Promise<void> {
      const pool = this.#pool;
      if (pool === undefined) return Promise.reject(closed());
      const run = (): Promise<void> =>
        pool.run(request as WorkerRequest, clientAddress, this.handOff(request));
      const isStream = this.socketType === 'stream';
      const flushed = isStream ? flushBeforeHandoff(request as Socket, this.requestLimits) : undefined;
      return flushed === undefined ? run() : flushed.then(run);
    }

    protected override abortRequests(reason: unknown): void {
      super.abortRequests(reason);
      this.#pool?.abort(reason);
    }

    protected override async killRequests(): Promise<void> {
      await Promise.all([super.killRequests(), this.#pool?.kill()]);
    }

    /** Ends the workers too, when the last request has ended. */
    protected override endServer(): Promise<void> {
      if (this.#ending === undefined) {
        this.#ending = this.#end(super.endServer());
        this.#pool?.cancelStart(); // a module may never come to the end of loading
      }
      return this.#ending;
    }

    protected override async workersEnded(): Promise<void> {
      await this.#workersEnded;
    }

    #accept(driver: WorkerDriver): Accepting | undefined {
      const sharing = this.#shared?.sharing;
      if (sharing === undefined) return undefined;
      this.#accepted = new AcceptedRequests(driver.shareMemory(TABLE_BYTES));
      this.#setAcceptRules();
      this.countElsewhere(this.#accepted);
      return {
        requests: this.#accepted,
        sharing,
        fileno: () => this.fileno(),
        onFailed: (error, clientAddress) => this.reportError(error, clientAddress),
        onAcceptFailure: (error) => {
          if (acceptErrorChannel.hasSubscribers) acceptErrorChannel.publish({ server: this, error });
          this.reportError(error);
        },
      };
    }

    #acceptFields(): AcceptFields {
      const { acceptIn, socketType, addressFamily, concurrent } = this;
      const { maxConnections, maxConnectionsPerHost, acceptRate, overload } = this;
      const limits = { maxConnections, maxConnectionsPerHost, acceptRate, overload };
      return { acceptIn, socketType, addressFamily, concurrent, ...limits };
    }

    #setAcceptRules(): void {
      if (this.#accepted === undefined) return;
      const { requestsPerWorker } = (this.#size ??= poolSizeOf(this, names));
      const { maxConnections, overload } = this;
      this.#accepted.rules = { maxConnections, requestsPerWorker, rejects: overload === 'reject' };
    }

    async #end(closing: Promise<void>): Promise<void> {
      if (this.blockOnClose) this.#driver?.waitedFor?.();
      await closing;
      // One that is still being verified has no worker yet.
      this.#workersEnded = this.untilIdle().then(() => this.#pool?.end());
      if (this.blockOnClose) await this.#workersEnded;
    }
  }
  return PooledServer;
}

function noHandleRequest(): Error {
  return unsupported({
    field: 'handleRequest()',
    expected: "left alone with `acceptIn` 'workers'",
    got: 'a call',
    cure: "workers take requests for themselves: use serveForever(), or acceptIn 'main'",
  });
}

function checkRunsElsewhere(server: BaseServer): void {
  if (server.finishRequest === BaseServer.prototype.finishRequest) return;
  throw unsupported({
    field: 'finishRequest()',
    expected: 'left alone where handlers run in threads or children',
    got: server.constructor,
    cure: 'nothing would call it: override `processRequest()`, or the handler’s `setup()` and `finish()`',
  });
}

function checkEnv(env: unknown): void {
  if (typeof env !== 'object') throw badArgument('env', 'null, or an object of texts', env);
}

function checkExecArgv(execArgv: unknown): void {
  if (execArgv === null || Array.isArray(execArgv)) return;
  throw badArgument('execArgv', 'null, or a list of arguments for node', execArgv);
}
