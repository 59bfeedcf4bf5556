import { closedForSending } from '../errors.js';
import { timedOut } from '../execution/request-limits.js';

export interface UnixDatagramSenderOptions {
  /** Sends at once. @returns the bytes that were sent; undefined when the receiver's queue is full. @throws the system's error */
  trySend(data: Uint8Array, path: string): number | undefined;
  /** Milliseconds that a receiver may take nothing; null: for ever. Read for each check. */
  writeTimeout(): number | null;
  /** A datagram was dropped, because its receiver took none for so long. */
  onUnsent(): void;
}

/** A send to a full receiver is tried again after 1, 2, 4 … ms, up to this. A blocking sendto(2) would stop the event loop. */
const MAX_DELAY_MS = 64;
/** Receivers that are remembered after they took nothing for too long: a client has as many names as it likes. */
const MAX_SILENT = 1_024;

interface Waiting {
  readonly data: Uint8Array;
  resolve(bytes: number): void;
  reject(error: unknown): void;
}

/** A receiver whose queue is full, with what waits for it. */
interface Full {
  readonly waiting: Waiting[];
  /** When it last took something, as `performance.now()` tells it. */
  since: number;
  delayMs: number;
  timer: NodeJS.Timeout | undefined;
}

/**
 * Sends Unix datagrams, which a receiver that does not read holds up (unix(7)). Each receiver has a row of its own: none waits
 * behind another one, and the order is kept. What waits for one that takes nothing for `writeTimeout` is dropped; after that
 * it gets one try for each datagram, without a wait, until it takes one.
 */
export class UnixDatagramSender {
  readonly #options: UnixDatagramSenderOptions;
  readonly #full = new Map<string, Full>();
  readonly #silent = new Set<string>();

  constructor(options: UnixDatagramSenderOptions) {
    this.#options = options;
  }

  /** @throws {SocketServerError} ERR_SOCKETSERVER_TIMEOUT when it was dropped; the system's error */
  async send(data: Uint8Array, path: string): Promise<number> {
    const full = this.#full.get(path);
    if (full !== undefined) return wait(data, full);
    const sent = this.#options.trySend(data, path);
    if (sent !== undefined) {
      this.#silent.delete(path);
      return sent;
    }
    if (this.#silent.has(path)) throw this.#drop(path);
    const fresh: Full = { waiting: [], since: performance.now(), delayMs: 1, timer: undefined };
    this.#full.set(path, fresh);
    this.#later(path, fresh);
    return wait(data, fresh);
  }

  close(): void {
    for (const { waiting, timer } of this.#full.values()) {
      clearTimeout(timer);
      for (const one of waiting) one.reject(closedForSending());
    }
    this.#full.clear();
    this.#silent.clear();
  }

  #later(path: string, full: Full): void {
    const limit = this.#options.writeTimeout() ?? Infinity;
    const leftMs = full.since + limit - performance.now();
    full.timer = setTimeout(() => this.#retry(path, full), Math.max(1, Math.min(full.delayMs, leftMs)));
    full.delayMs = Math.min(full.delayMs * 2, MAX_DELAY_MS);
  }

  #retry(path: string, full: Full): void {
    while (this.#sendFirst(path, full)) {
      full.since = performance.now();
      full.delayMs = 1;
    }
    const limit = this.#options.writeTimeout() ?? Infinity;
    if (full.waiting.length > 0 && performance.now() - full.since < limit) {
      this.#later(path, full);
      return;
    }
    this.#full.delete(path);
    if (full.waiting.length > 0) this.#giveUp(path, full);
  }

  /** @returns whether the first one that waits is done with; false when there is none, or it has to wait on */
  #sendFirst(path: string, { waiting }: Full): boolean {
    const [first] = waiting;
    if (first === undefined) return false;
    try {
      const sent = this.#options.trySend(first.data, path);
      if (sent === undefined) return false;
      first.resolve(sent);
    } catch (error) {
      first.reject(error);
    }
    waiting.shift();
    return true;
  }

  #giveUp(path: string, { waiting }: Full): void {
    this.#silent.add(path);
    const [oldest = path] = this.#silent;
    if (this.#silent.size > MAX_SILENT) this.#silent.delete(oldest);
    for (const one of waiting) one.reject(this.#drop(path));
  }

  /** @returns what whoever sends it is told */
  #drop(path: string): Error {
    this.#options.onUnsent();
    const expected = `${path.replaceAll('\0', '\\0')} to take a datagram within ${this.#options.writeTimeout()} ms`;
    return timedOut('writeTimeout', expected, 'a full queue; this datagram was dropped');
  }
}

function wait(data: Uint8Array, { waiting }: Full): Promise<number> {
  return new Promise((resolve, reject) => {
    waiting.push({ data, resolve, reject });
  });
}
