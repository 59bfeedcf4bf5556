import type { Socket } from 'node:net';
import type { RequestScope } from '../engine/request-scope.js';
import { badArgument, SocketServerError } from '../errors.js';

/** Where a reader's bytes come from. */
export interface ByteSource {
  /** The next chunk; `null` at the end; rejects when the connection fails. */
  pull(): Promise<Buffer | null>;
}

/** The longest line that is read unless the caller says otherwise, in bytes, its newline included. */
export const DEFAULT_LINE_LIMIT = 65_536;

const EMPTY = Buffer.alloc(0);
const NEWLINE = 10;

/**
 * Reads bytes and lines, as Python's buffered `rfile` does. One read at a time. A read that fails leaves what it
 * had gathered to the next one.
 */
export class StreamReader implements AsyncIterable<Buffer> {
  readonly #source: ByteSource;
  readonly #scope: RequestScope | undefined;
  #buffer: Buffer = EMPTY;
  #ended = false;

  constructor(source: ByteSource, scope?: RequestScope) {
    this.#source = source;
    this.#scope = scope;
  }

  /**
   * Up to `n` bytes, as soon as there are any; without `n`, everything up to the end.
   * @returns an empty Buffer at the end
   */
  async read(n?: number): Promise<Buffer> {
    if (n === undefined) {
      await this.#collect(Infinity);
      return this.#take(this.#buffer.length);
    }
    checkCount(n);
    if (this.#buffer.length === 0) await this.#fill();
    return this.#take(Math.min(n, this.#buffer.length));
  }

  /**
   * Exactly `n` bytes.
   * @throws {SocketServerError} ERR_SOCKETSERVER_UNEXPECTED_EOF when the client ends before
   */
  async readExactly(n: number): Promise<Buffer> {
    checkCount(n);
    if (this.#buffer.length < n) await this.#collect(n);
    if (this.#buffer.length < n) throw unexpectedEnd(n, this.#buffer.length);
    return this.#take(n);
  }

  /**
   * A line with its `\n`; the last one may have none.
   * @param limit - the longest line that is taken, in bytes @default 65536
   * @returns an empty Buffer at the end, and when the server closes while no line has begun
   * @throws {SocketServerError} ERR_SOCKETSERVER_LINE_TOO_LONG as soon as the limit is passed
   */
  async readLine(limit = DEFAULT_LINE_LIMIT): Promise<Buffer> {
    checkCount(limit, 'limit');
    const chunks: Buffer[] = [];
    let length = 0;
    try {
      for (;;) {
        const at = this.#buffer.indexOf(NEWLINE);
        const size = at === -1 ? this.#buffer.length : at + 1;
        if (length + size > limit) throw lineTooLong(limit);
        length += size;
        const part = this.#take(size);
        if (at !== -1) return chunks.length === 0 ? part : Buffer.concat([...chunks, part], length);
        if (size > 0) chunks.push(part);
        if (!(length === 0 ? await this.#fillUnlessClosing() : await this.#fill()))
          return Buffer.concat(chunks, length);
      }
    } catch (error) {
      this.#buffer = Buffer.concat([...chunks, this.#buffer]);
      throw error;
    }
  }

  /** Line by line, up to the end, or until the server closes between two lines. */
  [Symbol.asyncIterator](): AsyncIterator<Buffer, undefined> {
    return {
      next: async () => {
        const line = await this.readLine();
        return line.length === 0 ? { done: true, value: undefined } : { done: false, value: line };
      },
      return: () => Promise.resolve({ done: true, value: undefined }),
    };
  }

  #take(size: number): Buffer {
    const taken = this.#buffer.subarray(0, size);
    this.#buffer = size === this.#buffer.length ? EMPTY : this.#buffer.subarray(size);
    return taken;
  }

  /** Fills the buffer up to `n` bytes, or up to the end, with one copy. */
  async #collect(n: number): Promise<void> {
    const chunks = [this.#buffer];
    let length = this.#buffer.length;
    this.#buffer = EMPTY;
    try {
      while (length < n && (await this.#fill())) {
        chunks.push(this.#buffer);
        length += this.#buffer.length;
        this.#buffer = EMPTY;
      }
    } finally {
      this.#buffer = Buffer.concat(chunks, length);
    }
  }

  /** @returns false at the end */
  async #fill(): Promise<boolean> {
    if (this.#ended) return false;
    const chunk = await this.#source.pull();
    if (chunk === null) {
      this.#ended = true;
      return false;
    }
    this.#buffer = this.#buffer.length === 0 ? chunk : Buffer.concat([this.#buffer, chunk]);
    return true;
  }

  /** Between two lines is where a connection can be ended without cutting anything off. */
  #fillUnlessClosing(): Promise<boolean> {
    const scope = this.#scope;
    if (scope === undefined) return this.#fill();
    if (scope.aborted) return Promise.resolve(false);
    return new Promise((resolve, reject) => {
      const off = scope.onAbort(() => resolve(false));
      this.#fill().then(resolve, reject).finally(off);
    });
  }
}

/** A socket's bytes; reading stops while more than `highWaterMark` bytes wait to be pulled. */
export class SocketSource implements ByteSource {
  readonly #socket: Socket;
  readonly #highWaterMark: number;
  readonly #chunks: Buffer[] = [];
  #size = 0;
  #end: { error: Error | undefined } | undefined;
  #waiter: { resolve(chunk: Buffer | null): void; reject(error: Error): void } | undefined;
  #started = false;

  constructor(socket: Socket, highWaterMark: number) {
    this.#socket = socket;
    // CPython's 0 (unbuffered) and -1 (its default) are seen in ported code; what has arrived has to wait somewhere.
    this.#highWaterMark = Math.max(1, highWaterMark);
  }

  pull(): Promise<Buffer | null> {
    if (!this.#started) this.#start();
    const chunk = this.#chunks.shift();
    if (chunk !== undefined) {
      this.#size -= chunk.length;
      if (this.#socket.isPaused() && this.#size < this.#highWaterMark) this.#socket.resume();
      return Promise.resolve(chunk);
    }
    if (this.#end !== undefined) {
      return this.#end.error === undefined ? Promise.resolve(null) : Promise.reject(this.#end.error);
    }
    return new Promise((resolve, reject) => {
      this.#waiter = { resolve, reject };
    });
  }

  #start(): void {
    this.#started = true;
    const socket = this.#socket;
    socket.on('data', (chunk: Buffer) => this.#received(chunk));
    socket.once('end', () => this.#ended(undefined));
    socket.once('error', (error) => this.#ended(error));
    socket.once('close', () => this.#ended(socket.errored ?? undefined));
    if (socket.destroyed || socket.readableEnded) this.#ended(socket.errored ?? undefined);
    else socket.resume();
  }

  #received(chunk: Buffer): void {
    const waiter = this.#waiter;
    if (waiter !== undefined) {
      this.#waiter = undefined;
      waiter.resolve(chunk);
      return;
    }
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    if (this.#size >= this.#highWaterMark) this.#socket.pause();
  }

  #ended(error: Error | undefined): void {
    this.#end ??= { error };
    const waiter = this.#waiter;
    if (waiter === undefined) return;
    this.#waiter = undefined;
    if (error === undefined) waiter.resolve(null);
    else waiter.reject(error);
  }
}

/** A packet's bytes. */
export class PacketSource implements ByteSource {
  #packet: Buffer | null;

  constructor(packet: Buffer) {
    this.#packet = packet.length === 0 ? null : packet;
  }

  pull(): Promise<Buffer | null> {
    const packet = this.#packet;
    this.#packet = null;
    return Promise.resolve(packet);
  }
}

function unexpectedEnd(n: number, got: number): SocketServerError {
  return new SocketServerError(
    'ERR_SOCKETSERVER_UNEXPECTED_EOF',
    `Expected ${n} bytes, got ${got} before the client ended; use read(${n}) to take what there is`,
  );
}

function lineTooLong(limit: number): SocketServerError {
  return new SocketServerError(
    'ERR_SOCKETSERVER_LINE_TOO_LONG',
    `Expected a line of at most ${limit} bytes, got a longer one; give readLine() a higher limit, or read by count`,
  );
}

/** @throws {SocketServerError} ERR_SOCKETSERVER_BAD_ARGUMENT */
export function checkCount(n: number, name = 'n'): void {
  if (Number.isSafeInteger(n) && n > 0) return;
  throw badArgument(name, 'a positive integer', n);
}
