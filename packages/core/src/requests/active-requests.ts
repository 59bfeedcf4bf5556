import type { ClientAddress } from '../address.js';
import { RequestScope } from '../execution/request-scope.js';
import { HostCount } from './host-count.js';
import { Slots } from './slots.js';

/** How a request ended. */
export type Outcome = 'completed' | 'failed' | 'disconnected' | 'rejected';

/**
 * What `server.stats()` counts. At any moment accepted = completed + failed + disconnected + rejected + active; what was
 * dropped was not accepted.
 */
export interface ServerStats {
  /** Requests taken since the server was made. */
  accepted: number;
  /** Requests that have not ended. */
  active: number;
  /** Requests whose handler returned, whatever their client did. */
  completed: number;
  /** Requests whose handler, verification or worker failed, that took too long, or that `close()` had to end. */
  failed: number;
  /** Requests whose handler threw the error of its own connection: the client is gone. */
  disconnected: number;
  /** Requests that `verifyRequest` or a limit refused. */
  rejected: number;
  /** Datagrams that were received and dropped, because too many waited. */
  dropped: number;
  /** Answers by Unix datagrams that were dropped, because their receiver took none for `writeTimeout`. */
  unsent: number;
}

/** What is counted of requests that are taken elsewhere. */
export type CountsElsewhere = Omit<ServerStats, 'dropped' | 'unsent'>;

/** What became of requests that ran when the server began to close. */
export interface EndedElsewhere {
  /** Ended by themselves, of which so many have lost bytes. */
  readonly ended: number;
  readonly cut: number;
  /** Ended with their worker. */
  readonly lost: number;
}

/** Requests of this server that others take, and tell only the number of. */
export interface RequestsElsewhere {
  stats(): CountsElsewhere;
  /** Whether nobody takes or runs any. */
  readonly areNone: boolean;
  /** Resolves when `areNone` is true. */
  none(): Promise<void>;
  /** @returns tells what has become, by then, of those that run now */
  closing(): () => EndedElsewhere;
}

/** A request from the moment it was taken until it has been shut down. */
export class ActiveRequest<Request> {
  readonly scope = new RequestScope();
  /** Whether `verifyRequest` said no. */
  isRejected = false;
  /** Whether bytes were lost that it had received or written; known once it has ended by itself. */
  isCut = false;
  /** Whether `close()` has ended it by force. */
  isKilled = false;
  /** Where {@link ActiveRequests} keeps it; -1 once it has ended. */
  slot = -1;

  constructor(
    readonly request: Request,
    readonly clientAddress: ClientAddress,
  ) {}
}

/** The requests that are running, and the count of those that have. */
export class ActiveRequests<Request extends object> {
  /** Those that workers have taken for themselves. */
  elsewhere: RequestsElsewhere | undefined;
  readonly #running = new Slots<ActiveRequest<Request>>();
  readonly #byRequest = new WeakMap<Request, ActiveRequest<Request>>();
  readonly #ended: Record<Outcome, number> = { completed: 0, failed: 0, disconnected: 0, rejected: 0 };
  #accepted = 0;
  #dropped = 0;
  #unsent = 0;
  #aborted: { reason: unknown } | undefined;
  #hosts: HostCount | undefined;
  #watchers: (() => void)[] = [];

  get size(): number {
    return this.#running.size;
  }

  begin(request: Request, clientAddress: ClientAddress): ActiveRequest<Request> {
    const active = new ActiveRequest(request, clientAddress);
    this.#accepted++;
    if (this.#aborted !== undefined) active.scope.abort(this.#aborted.reason);
    active.slot = this.#running.add(active);
    this.#byRequest.set(request, active);
    this.#hosts?.add(active);
    return active;
  }

  find(request: Request): ActiveRequest<Request> | undefined {
    return this.#byRequest.get(request);
  }

  /**
   * How many requests of a client's host are running; counted once somebody asks.
   * @param prefix - bits of an IPv6 address that make a host
   */
  ofHost(clientAddress: ClientAddress, prefix: number): number {
    if (this.#hosts?.prefix !== prefix) this.#hosts = new HostCount(prefix, this.#running);
    return this.#hosts.of(clientAddress);
  }

  /** Counts a request that was refused without having begun. */
  refused(): void {
    this.#accepted++;
    this.#ended.rejected++;
  }

  /** Counts a datagram that was dropped. */
  dropped(): void {
    this.#dropped++;
  }

  /** Counts an answer that was dropped. */
  unsent(): void {
    this.#unsent++;
  }

  /** Aborts the `signal` of every request, and of those that begin later. */
  abort(reason: unknown): void {
    this.#aborted ??= { reason };
    for (const active of this.#running) active.scope.abort(reason);
  }

  /** Whether no request is running, here or elsewhere. */
  get areNone(): boolean {
    return this.#running.size === 0 && (this.elsewhere?.areNone ?? true);
  }

  /** Resolves once no request is running, here or elsewhere. */
  async none(): Promise<void> {
    await this.below(() => 1);
    await this.elsewhere?.none();
  }

  /** Counts a request out. One that was ended already, by `close()`, is not counted twice. */
  end(active: ActiveRequest<Request>, outcome: Outcome): void {
    if (this.#running.remove(active.slot) === undefined) return;
    active.slot = -1;
    active.scope.guard?.end();
    this.#byRequest.delete(active.request);
    this.#ended[outcome]++;
    this.#hosts?.remove(active);
    this.recheck();
  }

  /** Wakes those who wait in `below()`: a request has ended, or their limit may have changed. */
  recheck(): void {
    const watchers = this.#watchers;
    if (watchers.length === 0) return;
    this.#watchers = [];
    for (const watcher of watchers) watcher();
  }

  /** Resolves once fewer than `limit()` requests are running. */
  async below(limit: () => number): Promise<void> {
    while (this.#running.size >= limit()) await new Promise<void>((resolve) => this.#watchers.push(resolve));
  }

  stats(): ServerStats {
    const here = { accepted: this.#accepted, active: this.#running.size, ...this.#ended };
    const counts = this.elsewhere === undefined ? here : sumOf(here, this.elsewhere.stats());
    return { ...counts, dropped: this.#dropped, unsent: this.#unsent };
  }

  [Symbol.iterator](): Iterator<ActiveRequest<Request>> {
    return this.#running[Symbol.iterator]();
  }
}

function sumOf(here: CountsElsewhere, elsewhere: CountsElsewhere): CountsElsewhere {
  const sum = { ...here };
  for (const name of Object.keys(here) as (keyof CountsElsewhere)[]) sum[name] += elsewhere[name];
  return sum;
}
