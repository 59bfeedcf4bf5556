import type { Socket } from 'node:net';
import { sendAll } from './socket-io.js';

/** What a stream's `wfile` and a datagram's have in common. */
export interface Writer {
  /** @returns the byte count, once the data is taken */
  write(data: Uint8Array | string): Promise<number>;
  flush(): Promise<void>;
}

/**
 * Writes to a connection. With `wbufsize` 0 what is written in one turn of the event loop leaves at its end, in one system
 * call; a handler that blocks afterwards calls `flush()` before. A promise that nobody awaits never ends the process: what
 * went wrong is thrown again by `flush()`, which the handler's `finish` calls.
 */
export class StreamWriter implements Writer {
  readonly #socket: Socket;
  readonly #bufferSize: number;
  #buffered: Uint8Array[] = [];
  #size = 0;
  #failure: { error: unknown } | undefined;
  #last: Promise<unknown> = Promise.resolve();
  #isCorked = false;

  constructor(socket: Socket, bufferSize: number) {
    this.#socket = socket;
    this.#bufferSize = bufferSize;
  }

  /**
   * Sends `data` at the end of this turn, and resolves when the socket's buffer has room for more: a handler that awaits
   * it never holds more than that buffer in memory.
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
    this.#uncork();
    await sent;
    await this.#last;
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  /** @returns `count`: what the caller's own write added */
  #sendBuffered(count: number): Promise<number> {
    const bytes = Buffer.concat(this.#buffered, this.#size);
    this.#buffered = [];
    this.#size = 0;
    this.#cork();
    return this.#watch(sendAll(this.#socket, bytes).then(() => count));
  }

  #send(data: Uint8Array | string): Promise<number> {
    this.#cork();
    return this.#watch(sendAll(this.#socket, data));
  }

  /** Remembers a failure for `flush()`, which also keeps it from being an unhandled rejection. */
  #watch(sent: Promise<number>): Promise<number> {
    this.#last = sent.catch((error: unknown) => {
      this.#failure ??= { error };
    });
    return sent;
  }

  /** Until the code that runs now has ended, and whatever it has made ready to run. */
  #cork(): void {
    if (this.#isCorked) return;
    this.#isCorked = true;
    this.#socket.cork();
    process.nextTick(() => this.#uncork());
  }

  #uncork(): void {
    if (!this.#isCorked) return;
    this.#isCorked = false;
    this.#socket.uncork();
  }
}
