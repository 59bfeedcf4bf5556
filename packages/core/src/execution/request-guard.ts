import type { Socket } from 'node:net';
import { isSocket } from './connection-end.js';
import { timedOut, TIMEOUT_GRACE_MS, type RequestLimits } from './request-limits.js';
import type { RequestScope, TimeGuard } from './request-scope.js';
import { WriteWatch, type Watched } from './write-watch.js';

/**
 * Ends a request that takes too long. In this order: its `signal` aborts with the reason; after a grace its
 * connection is closed with that; and a handler that still runs then is abandoned. Whatever the handler does after
 * the limit has passed, the request has failed.
 */
export class RequestGuard implements TimeGuard, Watched {
  /** Of a stream; undefined for a datagram. */
  readonly socket: Socket | undefined;
  readonly #scope: RequestScope;
  readonly #graceMs: number;
  #timers: Set<NodeJS.Timeout> | undefined;
  #startedAt = 0;
  #writes: WriteWatch | undefined;
  #slot = -1;
  #expired: { error: Error } | undefined;
  #giveUp: ((error: Error) => void) | undefined;

  constructor(scope: RequestScope, socket: Socket | undefined, graceMs = TIMEOUT_GRACE_MS) {
    this.#scope = scope;
    this.socket = socket;
    this.#graceMs = graceMs;
  }

  /** @param spentMs - what the request has taken elsewhere */
  watch({ requestTimeout, writeTimeout }: RequestLimits, spentMs = 0): void {
    if (requestTimeout !== null) this.#watchRequest(requestTimeout, spentMs);
    if (this.socket === undefined || writeTimeout === null) return;
    this.#writes = WriteWatch.of(writeTimeout);
    this.#slot = this.#writes.add(this);
  }

  watchHandshake(ms: number): void {
    const socket = this.socket;
    if (socket === undefined) return;
    this.#later(ms, () => {
      if (socket.bytesRead > 0) return;
      this.expire(timedOut('handshakeTimeout', `a client’s first byte within ${ms} ms`, 'none'));
    });
  }

  over<Result>(work: Promise<Result>): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#giveUp = reject;
      work.then(
        (result) => (this.#expired === undefined ? resolve(result) : reject(this.#expired.error)),
        (error: unknown) => reject(this.#expired === undefined ? (error as Error) : this.#expired.error),
      );
    });
  }

  expire(error: Error): void {
    if (this.#expired !== undefined) return;
    this.#expired = { error };
    this.end();
    this.#scope.abort(error);
    this.#later(this.#graceMs, () => {
      this.socket?.destroy(error);
      this.#giveUp?.(error);
    });
  }

  handOff(): number {
    this.end();
    return this.#startedAt === 0 ? 0 : Math.ceil(performance.now() - this.#startedAt);
  }

  end(): void {
    for (const timer of this.#timers ?? []) clearTimeout(timer);
    this.#timers = undefined;
    this.#writes?.remove(this.#slot);
    this.#writes = undefined;
  }

  #watchRequest(ms: number, spentMs: number): void {
    this.#startedAt = performance.now();
    this.#later(Math.max(0, ms - spentMs), () =>
      this.expire(timedOut('requestTimeout', `a request to end within ${ms} ms`, 'one that still runs')),
    );
  }

  #later(ms: number, act: () => void): void {
    const timer = setTimeout(() => {
      this.#timers?.delete(timer);
      act();
    }, ms);
    this.#timers ??= new Set();
    this.#timers.add(timer);
  }
}

/** What is known of a request whose time is limited. */
export interface Guarded {
  readonly scope: RequestScope;
  readonly request: unknown;
  readonly limits?: RequestLimits | undefined;
  /** Milliseconds that the request has taken elsewhere. */
  readonly spentMs?: number | undefined;
}

/** From now on `requestTimeout` and `writeTimeout` hold. Does nothing for a request that has a guard, or no limit. */
export function guard({ scope, request, limits, spentMs }: Guarded): void {
  if (limits === undefined || scope.guard !== undefined) return;
  const socket = isSocket(request) ? request : undefined;
  const { requestTimeout, handshakeTimeout, writeTimeout, timeoutGrace } = limits;
  const ofStream = socket === undefined ? null : (writeTimeout ?? handshakeTimeout);
  if (requestTimeout === null && ofStream === null) return;
  const made = new RequestGuard(scope, socket, timeoutGrace);
  made.watch(limits, spentMs);
  scope.guard = made;
}
