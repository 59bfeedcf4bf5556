import type { Socket } from 'node:net';
import { ownError } from '../execution/connection-end.js';
import { SocketServerError } from '../errors.js';
import { checkCount } from '../validation.js';
import type { ClosingWatch, Wait } from './closing-watch.js';

/** Where a reader's bytes come from. */
export interface ByteSource extends Wait {
  /** The next chunk; `null` at the end, undefined when it was released; rejects when the connection fails. */
  pull(): Promise<Buffer | null | undefined>;
  /** Bytes that have been received, and can be pulled at once. */
  readonly bufferedBytes: number;
  /** From now on nobody reads: once the connection is being ended, what still comes is dropped. */
  handlerReturned?(): void;
  /** The connection that they come from, if there is one: when it ends early, its client has ended it. */
  readonly connection?: Socket;
}

export interface StreamReaderOptions {
  /** Ends reading between two lines. */
  readonly closing?: ClosingWatch;
  /** Bytes that one read gathers: the server's `maxReadSize`. @default null: no limit */
  readonly maxBytes?: number | null;
}

/** The longest line that is read unless the caller says otherwise, in bytes, its newline included. */
export const DEFAULT_LINE_LIMIT = 65_536;

const EMPTY = Buffer.alloc(0);
const NEWLINE = 10;

/**
 * Reads bytes and lines, as Python's buffered `rfile` does. One read at a time. The bytes of a
 * read that fails are left to the next one.
 */
export class StreamReader implements AsyncIterable<Buffer> {
  readonly #source: ByteSource;
  readonly #closing: ClosingWatch | undefined;
  readonly #maxBytes: number;
  #buffer: Buffer = EMPTY;
  #ended = false;
  #filling: Promise<boolean> | undefined;

  constructor(source: ByteSource, { closing, maxBytes = null }: StreamReaderOptions = {}) {
    this.#source = source;
    this.#closing = closing;
    this.#maxBytes = maxBytes ?? Infinity;
  }

  /**
   * Bytes that have arrived and can be read without waiting. A handler that answers several requests at once collects its
   * answers until there are none, and then calls `wfile.flush()`.
   */
  get bufferedBytes(): number {
    return this.#buffer.length + this.#source.bufferedBytes;
  }

  /** @internal */
  handlerReturned(): void {
    this.#source.handlerReturned?.();
  }

  /**
   * Up to `n` bytes, as soon as there are any; without `n`, everything up to the end.
   * @returns an empty Buffer at the end
   * @throws {SocketServerError} ERR_SOCKETSERVER_READ_TOO_LARGE, without `n`, when the client sends more than `maxReadSize`
   */
  async read(n?: number): Promise<Buffer> {
    if (n === undefined) {
      await this.#collect(this.#maxBytes + 1);
      if (this.#buffer.length > this.#maxBytes) throw tooLarge(this.#maxBytes, 'a client that sends more');
      return this.#take(this.#buffer.length);
    }
    checkCount('n', n);
    if (this.#buffer.length === 0) await this.#fill();
    return this.#take(Math.min(n, this.#buffer.length));
  }

  /**
   * Exactly `n` bytes.
   * @throws {SocketServerError} ERR_SOCKETSERVER_UNEXPECTED_EOF when the client ends before,
   *   ERR_SOCKETSERVER_READ_TOO_LARGE at once when `n` is more than `maxReadSize`
   */
  async readExactly(n: number): Promise<Buffer> {
    checkCount('n', n);
    if (n > this.#maxBytes) throw tooLarge(this.#maxBytes, `readExactly(${n})`);
    if (this.#buffer.length < n) await this.#collect(n);
    if (this.#buffer.length < n) {
      const { connection } = this.#source;
      const error = unexpectedEnd(n, this.#buffer.length);
      throw connection === undefined ? error : ownError(connection, error);
    }
    return this.#take(n);
  }

  /**
   * A line with its `\n`; the last one may have none.
   * @param limit - the longest line that is taken, in bytes; `maxReadSize` if that is less @default 65536
   * @returns an empty Buffer at the end, and when the server closes: once all that had arrived has been read, and while
   *   no line has begun. A client that has said nothing yet gets the server's `closeDelay` for it
   * @throws {SocketServerError} ERR_SOCKETSERVER_LINE_TOO_LONG as soon as the limit is passed
   */
  async readLine(limit = DEFAULT_LINE_LIMIT): Promise<Buffer> {
    checkCount('limit', limit);
    const chunks: Buffer[] = [];
    let length = 0;
    try {
      for (;;) {
        const at = this.#buffer.indexOf(NEWLINE);
        const size = at === -1 ? this.#buffer.length : at + 1;
        if (length + size > limit) throw lineTooLong(limit);
        if (length + size > this.#maxBytes) throw lineTooLong(this.#maxBytes, '`maxReadSize`');
        length += size;
        // An empty part would be held while nothing comes.
        if (size > 0) {
          const part = this.#take(size);
          if (at !== -1) return chunks.length === 0 ? part : Buffer.concat([...chunks, part], length);
          chunks.push(part);
        }
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
  #fill(wait?: Wait): Promise<boolean> {
    if (this.#ended) return Promise.resolve(false);
    this.#closing?.releases(wait);
    // No async function, which would hold twice as much while it waits. Of several calls all get the same bytes.
    this.#filling ??= this.#source.pull().then(
      (chunk) => this.#pulled(chunk),
      (error: unknown) => {
        this.#filling = undefined;
        throw error;
      },
    );
    return this.#filling;
  }

  #pulled(chunk: Buffer | null | undefined): boolean {
    this.#filling = undefined;
    this.#ended = chunk === null;
    if (!chunk) return false;
    this.#buffer = this.#buffer.length === 0 ? chunk : Buffer.concat([this.#buffer, chunk]);
    return true;
  }

  /** Between two lines is where a connection can be ended without cutting anything off. */
  #fillUnlessClosing(): Promise<boolean> {
    if (this.#closing === undefined || this.#source.bufferedBytes > 0) return this.#fill();
    return this.#closing.isOver ? Promise.resolve(false) : this.#fill(this.#source);
  }
}

/** A packet's bytes. */
export class PacketSource implements ByteSource {
  #packet: Buffer | null;

  constructor(packet: Buffer) {
    this.#packet = packet.length === 0 ? null : packet;
  }

  get bufferedBytes(): number {
    return this.#packet?.length ?? 0;
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

function lineTooLong(limit: number, field?: string): SocketServerError {
  const cure = field === undefined ? 'give readLine() a higher limit' : `raise ${field} of the server`;
  const where = field === undefined ? '' : ` (${field})`;
  return new SocketServerError(
    'ERR_SOCKETSERVER_LINE_TOO_LONG',
    `Expected a line of at most ${limit} bytes${where}, got a longer one; ${cure}, or read by count`,
  );
}

function tooLarge(max: number, got: string): SocketServerError {
  return new SocketServerError(
    'ERR_SOCKETSERVER_READ_TOO_LARGE',
    `Expected one read to be of at most ${max} bytes (\`maxReadSize\`), got ${got}; ` +
      'raise `maxReadSize` of the server, or read piece by piece with read(n)',
  );
}
