import type { Socket } from 'node:net';
import { writeQueueSizeOf } from '../native/handle.js';
import { timedOut, TIMEOUT_GRACE_MS, type RequestLimits } from './request-limits.js';
import type { RequestScope, TimeGuard } from './request-scope.js';

/** Checks of a client's progress within `writeTimeout`: a stop is noticed at most a quarter of it late. */
const CHECKS = 4;

/**
 * Ends a request that takes too long. In this order: its `signal` aborts with the reason; after a grace its
 * connection is closed with that; and a handler that still runs then is abandoned. Whatever the handler does after
 * the limit has passed, the request has failed.
 */
export class RequestGuard implements TimeGuard {
  readonly #scope: RequestScope;
  readonly #socket: Socket | undefined;
  readonly #graceMs: number;
  readonly #timers = new Set<NodeJS.Timeout>();
  /** What has not ended: the handler, and the connection if there is one. */
  #open: number;
  #expired: { error: Error } | undefined;
  #giveUp: ((error: Error) => void) | undefined;

  /** @param socket - of a stream; undefined for a datagram */
  constructor(scope: RequestScope, socket: Socket | undefined, graceMs = TIMEOUT_GRACE_MS) {
    this.#scope = scope;
    this.#socket = socket;
    this.#graceMs = graceMs;
    this.#open = socket === undefined ? 1 : 2;
    socket?.prependOnceListener('close', () => this.#ended());
  }

  watch({ requestTimeout, handshakeTimeout, writeTimeout }: RequestLimits): void {
    if (requestTimeout !== null) this.#watchRequest(requestTimeout);
    if (this.#socket === undefined) return;
    if (handshakeTimeout !== null) this.#watchHandshake(this.#socket, handshakeTimeout);
    if (writeTimeout !== null) this.#watchWrites(this.#socket, writeTimeout);
  }

  /** Settles as `work` does, or rejects with the limit that was passed before. */
  over(work: Promise<void>): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#giveUp = reject;
      const settle = (done: () => void): void => {
        this.#ended();
        if (this.#expired === undefined) done();
        else reject(this.#expired.error);
      };
      work.then(
        () => settle(resolve),
        (error: unknown) => settle(() => reject(error as Error)),
      );
    });
  }

  /** The limit has passed. Idempotent: the first one counts. */
  expire(error: Error): void {
    if (this.#expired !== undefined) return;
    this.#expired = { error };
    this.#disarm();
    this.#scope.abort(error);
    this.#later(this.#graceMs, () => {
      this.#socket?.destroy(error);
      this.#giveUp?.(error);
    });
  }

  #watchRequest(ms: number): void {
    this.#later(ms, () =>
      this.expire(timedOut('requestTimeout', `a request to end within ${ms} ms`, 'one that still runs')),
    );
  }

  #watchHandshake(socket: Socket, ms: number): void {
    this.#later(ms, () => {
      if (socket.bytesRead > 0) return;
      this.expire(timedOut('handshakeTimeout', `a client’s first byte within ${ms} ms`, 'none'));
    });
  }

  /** `socket.setTimeout` notices silence of both sides; a client that sends and does not read is not silent. */
  #watchWrites(socket: Socket, ms: number): void {
    let last = '';
    let checks = 0;
    const timer = setInterval(() => {
      if (socket.destroyed) return;
      const { bytesWritten, writableLength } = socket;
      const queued = writeQueueSizeOf(socket);
      const progress = `${bytesWritten - writableLength} ${queued}`;
      checks = progress === last && writableLength + queued > 0 ? checks + 1 : 0;
      last = progress;
      if (checks < CHECKS) return;
      this.expire(
        timedOut(
          'writeTimeout',
          `the client to take something within ${ms} ms`,
          `${writableLength} bytes that wait`,
        ),
      );
    }, ms / CHECKS);
    this.#timers.add(timer);
  }

  #later(ms: number, act: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      act();
    }, ms);
    this.#timers.add(timer);
  }

  /** A handler can outlive its connection, and what it has written can outlive the handler. */
  #ended(): void {
    this.#open--;
    if (this.#open === 0) this.#disarm();
  }

  #disarm(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }
}
