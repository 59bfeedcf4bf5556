import type { ActiveRequests } from '../requests/active-requests.js';
import type { ClientAddress } from '../address.js';
import { AcceptRate } from './accept-rate.js';
import { badArgument } from '../errors.js';
import type { Arrival } from '../sources/request-queue.js';
import { checkInteger } from '../validation.js';

/** Bits that a site is given at least, and a client can change at will beyond (RFC 6177). */
export const HOST_PREFIX_IPV6 = 64;

/** What is done with a request that comes while `maxConnections` others run. */
export type OverloadAction = 'pause' | 'reject' | 'accept';

/** A method, whose parameters TypeScript compares loosely: a server of sockets is then a server of objects. */
interface Decides<Request> {
  decide(request: Request, clientAddress: ClientAddress): OverloadAction;
}

/** What is done with requests above `maxConnections`; a function decides for each. */
export type Overload<Request> = 'pause' | 'reject' | Decides<Request>['decide'];

/** The fields that say how many requests a server takes. */
export interface AdmissionFields<Request> {
  readonly maxConnections: number;
  readonly maxConnectionsPerHost: number;
  readonly hostPrefixIPv6: number;
  readonly acceptRate: number;
  readonly overload: Overload<Request>;
  readonly socketType: 'stream' | 'datagram';
}

/** Why no request is taken now, and until when. */
export type Obstacle = { readonly until: Promise<void> } | { readonly waitMs: number };

/**
 * Overload is decided here, and nowhere else. Whether there is room is asked before a request is taken, because one
 * that is not taken waits in the kernel at no cost; who it comes from can only be asked after.
 */
export class Admission<Request extends object> {
  readonly #fields: AdmissionFields<Request>;
  readonly #active: ActiveRequests<Request>;
  #rate = new AcceptRate();
  /** What `acceptRate` was when it was last looked at. */
  #perSecond = Infinity;

  constructor(fields: AdmissionFields<Request>, active: ActiveRequests<Request>) {
    this.#fields = fields;
    this.#active = active;
  }

  /** @returns undefined when a request may be taken */
  obstacle(): Obstacle | undefined {
    if (this.#othersWait && this.#active.size >= this.#fields.maxConnections)
      return { until: this.untilRoom() };
    const waitMs = this.#presentRate === Infinity ? 0 : this.#rate.waitMs(performance.now());
    return waitMs > 0 ? { waitMs } : undefined;
  }

  /**
   * What is done with a request that was taken.
   * @throws what the user's `overload` function throws
   */
  decide([request, clientAddress]: Arrival<Request>): OverloadAction {
    const { overload, maxConnections, maxConnectionsPerHost, hostPrefixIPv6 } = this.#fields;
    if (maxConnectionsPerHost !== Infinity) {
      if (this.#active.ofHost(clientAddress, hostPrefixIPv6) >= maxConnectionsPerHost) return 'reject';
    }
    let action: OverloadAction = 'accept';
    if (this.#active.size >= maxConnections && !this.#othersWait) {
      action = typeof overload === 'function' ? checkAction(overload(request, clientAddress)) : overload;
    }
    const perSecond = this.#presentRate;
    if (action === 'accept' && perSecond !== Infinity) this.#rate.took(perSecond, performance.now());
    return action;
  }

  /** A rate that was changed starts anew. */
  get #presentRate(): number {
    const { acceptRate } = this.#fields;
    if (acceptRate !== this.#perSecond) {
      this.#perSecond = acceptRate;
      this.#rate = new AcceptRate();
    }
    return acceptRate;
  }

  /** Whether requests above the limit wait untaken. Datagrams wait in a queue, which drops those that it has no room for. */
  get #othersWait(): boolean {
    const { overload, socketType } = this.#fields;
    return overload === 'pause' || (overload === 'reject' && socketType === 'datagram');
  }

  /** Resolves when fewer than `maxConnections` run, or when requests are not to wait for that any more. */
  untilRoom(): Promise<void> {
    return this.#active.below(() =>
      this.#othersWait || typeof this.#fields.overload === 'function'
        ? this.#fields.maxConnections
        : Infinity,
    );
  }
}

/** A user's function may return anything. */
function checkAction(action: OverloadAction): OverloadAction {
  if (action === 'pause' || action === 'reject' || action === 'accept') return action;
  throw badArgument('overload()', "'pause', 'reject' or 'accept'", action);
}

/** What each of the fields has to be. @throws {SocketServerError} ERR_SOCKETSERVER_BAD_ARGUMENT naming the field */
export const ADMISSION_CHECKS = {
  maxConnections: (value: unknown) => checkLimit('maxConnections', value),
  maxConnectionsPerHost: (value: unknown) => checkLimit('maxConnectionsPerHost', value),
  hostPrefixIPv6: (value: unknown) => void checkInteger('hostPrefixIPv6', value, { min: 1, max: 128 }),
  acceptRate: (value: unknown) => {
    if (typeof value !== 'number' || !(value > 0)) throw badArgument('acceptRate', 'a number above 0', value);
  },
  overload: (value: unknown) => {
    if (value === 'pause' || value === 'reject' || typeof value === 'function') return;
    throw badArgument('overload', "'pause', 'reject' or a function", value);
  },
} as const;

/** Infinity is a limit too. */
function checkLimit(name: string, value: unknown): void {
  if (typeof value !== 'number' || !(value >= 1)) throw badArgument(name, 'a number from 1 on', value);
}

/** @throws {SocketServerError} ERR_SOCKETSERVER_BAD_ARGUMENT naming the field that is wrong */
export function checkAdmission(fields: AdmissionFields<never>): void {
  ADMISSION_CHECKS.maxConnections(fields.maxConnections);
  ADMISSION_CHECKS.maxConnectionsPerHost(fields.maxConnectionsPerHost);
  ADMISSION_CHECKS.hostPrefixIPv6(fields.hostPrefixIPv6);
  ADMISSION_CHECKS.acceptRate(fields.acceptRate);
  ADMISSION_CHECKS.overload(fields.overload);
}
