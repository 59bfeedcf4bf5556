import type { Socket } from 'node:net';
import { sendAll } from './socket-io.js';

interface Held {
  /** Resolves when it leaves. */
  readonly left: Promise<void>;
  readonly leave: () => void;
}

/** What a stream's `wfile` and a datagram's have in common. */
export interface Writer {
  /** @returns the byte count, once the data is taken */
  write(data: Uint8Array | string): Promise<number>;
  flush(): Promise<void>;
}

/**
 * Writes to a connection. With `wbufsize` 0 what is written in one turn of the event loop leaves at its end, in one system
 * call, and `await write()` waits for that. While the reader has more to read, answers are held back: `write()` does not
 * wait then, and a handler that blocks calls `flush()` before. A promise that nobody awaits never ends the process: what
 * went wrong is thrown again by `flush()`, which the handler's `finish` calls.
 */
export class StreamWriter implements Writer {
  readonly #socket: Socket;
  readonly #bufferSize: number;
  #buffered: Uint8Array[] = [];
  #size = 0;
  #failure: { error: unknown } | undefined;
  #last: Promise<unknown> = Promise.resolve();
  readonly #hasMore: () => boolean;
  /** While what is written is held back: until it leaves. */
  #held: Held | undefined;

  /** @param hasMore - whether the connection's reader has more to read at once */
  constructor(socket: Socket, bufferSize: number, hasMore: () => boolean = hasNone) {
    this.#socket = socket;
    this.#bufferSize = bufferSize;
    this.#hasMore = hasMore;
  }

  /**
   * Sends `data`, and resolves when it has left and the socket's buffer has room for more: a handler that awaits it never
   * holds more than that buffer in memory.
   * @returns how many bytes `data` has
   * @throws the connection's error (EPIPE, ECONNRESET, …)
   */
  write(data: Uint8Array | string): Promise<number> {
    if (this.#bufferSize === 0) return this.#send(data);
    const bytes = typeof data === 'string' ? Buffer.from(data) : data;
    this.#buffered.push(bytes);
    this.#size += bytes.length;
    return this.#size < this.#bufferSize ? Promise.resolve(bytes.length) : this.#sendBuffered(bytes.length);
  }

  /** Sends everything at once. @throws the first error that a `write` met */
  async flush(): Promise<void> {
    const sent = this.#size > 0 ? this.#sendBuffered(this.#size) : undefined;
    this.#release();
    await sent;
    await this.#last;
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  /** @returns `count`: what the caller's own write added */
  #sendBuffered(count: number): Promise<number> {
    const bytes = Buffer.concat(this.#buffered, this.#size);
    this.#buffered = [];
    this.#size = 0;
    return this.#send(bytes, count);
  }

  /** A failure is remembered for `flush()`, which also keeps it from being an unhandled rejection. */
  #send(data: Uint8Array | string, count?: number): Promise<number> {
    const held = (this.#held ??= this.#hold());
    const taken = sendAll(this.#socket, data);
    const left = this.#hasMore() ? undefined : held.left;
    const sent = Promise.all([taken, left]).then(([size]) => count ?? size);
    this.#last = sent.catch((error: unknown) => {
      this.#failure ??= { error };
    });
    return sent;
  }

  /** Resolves when the code that runs now has ended, and the microtasks that it has queued. */
  #hold(): Held {
    let leave!: () => void;
    const left = new Promise<void>((resolve) => {
      leave = resolve;
    });
    this.#socket.cork();
    process.nextTick(() => this.#release());
    return { left, leave };
  }

  #release(): void {
    const held = this.#held;
    if (held === undefined) return;
    this.#held = undefined;
    this.#socket.uncork();
    held.leave();
  }
}

function hasNone(): boolean {
  return false;
}
