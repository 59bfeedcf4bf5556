import type { Socket } from 'node:net';
import { sendAll } from './socket-io.js';

/** What a stream's `wfile` and a datagram's have in common. */
export interface Writer {
  /** @returns the byte count, once the data is taken */
  write(data: Uint8Array | string): Promise<number>;
  flush(): Promise<void>;
}

/**
 * Writes to a connection, at once with `wbufsize` 0. A promise that nobody awaits never ends the process: what
 * went wrong is thrown again by `flush()`, which the handler's `finish` calls.
 */
export class StreamWriter implements Writer {
  readonly #socket: Socket;
  readonly #bufferSize: number;
  #buffered: Uint8Array[] = [];
  #size = 0;
  #failure: { error: unknown } | undefined;
  #last: Promise<unknown> = Promise.resolve();

  constructor(socket: Socket, bufferSize: number) {
    this.#socket = socket;
    this.#bufferSize = bufferSize;
  }

  /**
   * Sends `data`, and resolves when the system has taken it or the socket's buffer has room for more: a handler
   * that awaits it never holds more than that buffer in memory.
   * @returns how many bytes `data` has
   * @throws the connection's error (EPIPE, ECONNRESET, …)
   */
  write(data: Uint8Array | string): Promise<number> {
    if (this.#bufferSize === 0) return this.#send(data);
    const bytes = typeof data === 'string' ? Buffer.from(data) : data;
    this.#buffered.push(bytes);
    this.#size += bytes.length;
    return this.#size < this.#bufferSize
      ? Promise.resolve(bytes.length)
      : this.#sendBuffered().then(() => bytes.length);
  }

  /** Sends what is buffered. @throws the first error that a `write` met */
  async flush(): Promise<void> {
    if (this.#size > 0) await this.#sendBuffered();
    await this.#last;
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  #sendBuffered(): Promise<number> {
    const bytes = Buffer.concat(this.#buffered, this.#size);
    this.#buffered = [];
    this.#size = 0;
    return this.#send(bytes);
  }

  #send(data: Uint8Array | string): Promise<number> {
    const sent = sendAll(this.#socket, data);
    this.#last = sent.catch((error: unknown) => {
      this.#failure ??= { error };
    });
    return sent;
  }
}
