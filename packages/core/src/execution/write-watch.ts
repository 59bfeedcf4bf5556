import { AsyncResource } from 'node:async_hooks';
import type { Socket } from 'node:net';
import { descriptorOf, sentOf, writeQueueSizeOf } from '../native/handle.js';
import { sendQueueOf } from '../native/send-queue.js';
import { Slots } from '../requests/slots.js';
import type { SocketServerError } from '../errors.js';
import { timedOut } from './request-limits.js';

/** Checks of each client's progress within `writeTimeout`: a stop is noticed at most a quarter of it late. */
const CHECKS = 4;

/** A connection whose client has to take what is written to it. */
export interface Watched {
  readonly socket: Socket | undefined;
  /** It has taken nothing for too long. Idempotent. */
  expire(error: SocketServerError): void;
}

/** What was seen of a client that has something to take. */
interface Seen {
  progress: string;
  /** Checks since that has changed. */
  checks: number;
}

const watches = new Map<number, WriteWatch>();
/** The timer is shared: it runs in the context of no request. */
const outside = new AsyncResource('SOCKETSERVER_WRITES');

/**
 * Finds the clients that take nothing of what is written to them for `writeTimeout` ms, whoever writes: `wfile`, the handler
 * through the socket itself, TLS over it, or the end of the connection. One timer looks at all connections of a thread that
 * have the same limit, so that one that is not stuck costs next to nothing. (`socket.setTimeout` notices silence of both
 * sides; a client that sends and does not read is not silent.)
 */
export class WriteWatch {
  readonly #ms: number;
  readonly #watched = new Slots<Watched>();
  /** Those that had something to take at the last check. */
  readonly #seen = new Map<Watched, Seen>();
  #timer: NodeJS.Timeout | undefined;

  private constructor(ms: number) {
    this.#ms = ms;
  }

  /** The one for this limit, in milliseconds. */
  static of(ms: number): WriteWatch {
    let watch = watches.get(ms);
    if (watch === undefined) watches.set(ms, (watch = new WriteWatch(ms)));
    return watch;
  }

  /** @returns what `remove` takes */
  add(watched: Watched): number {
    this.#timer ??= outside.runInAsyncScope(() =>
      setInterval(() => this.#check(), this.#ms / CHECKS).unref(),
    );
    return this.#watched.add(watched);
  }

  remove(slot: number): void {
    const watched = this.#watched.remove(slot);
    if (watched !== undefined && this.#seen.size > 0) this.#seen.delete(watched);
  }

  #check(): void {
    for (const watched of this.#watched) this.#look(watched);
    if (this.#watched.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
    if (watches.get(this.#ms) === this) watches.delete(this.#ms);
  }

  #look(watched: Watched): void {
    const { socket } = watched;
    if (socket === undefined || socket.destroyed) return;
    const queued = writeQueueSizeOf(socket);
    const waiting = Math.max(socket.writableLength, queued);
    if (waiting === 0) {
      this.#seen.delete(watched);
      return;
    }
    // The kernel takes more only when a good part of its buffer is free: what the client has taken of that counts too.
    const progress = `${sentOf(socket) - queued} ${sendQueueOf(descriptorOf(socket))}`;
    const seen = this.#seen.get(watched);
    if (seen?.progress !== progress) {
      this.#seen.set(watched, { progress, checks: 0 });
      return;
    }
    seen.checks++;
    if (seen.checks < CHECKS) return;
    const expected = `the client to take something within ${this.#ms} ms`;
    watched.expire(timedOut('writeTimeout', expected, `${waiting} bytes that wait`));
  }
}
