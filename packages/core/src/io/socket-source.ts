import type { Socket } from 'node:net';
import type { ClosingWatch } from './closing-watch.js';
import { untilDrained } from './socket-io.js';
import type { ByteSource } from './stream-reader.js';

/**
 * A socket's bytes. Reading stops, and the client waits in its kernel, while more than `highWaterMark` bytes wait to be
 * pulled; and when so many have come while answers wait that the client does not take (its writes are above the socket's
 * own high-water mark). So a client that sends without reading is not read from without end, and one that has stopped
 * reading can still send a command such as "cancel".
 */
export class SocketSource implements ByteSource {
  readonly connection: Socket;
  readonly #highWaterMark: number;
  readonly #closing: ClosingWatch | undefined;
  readonly #chunks: Buffer[] = [];
  #size = 0;
  /** Bytes that have come since the client stopped taking answers. */
  #aheadOfClient = 0;
  #end: { error: Error | undefined } | undefined;
  #waiter: { resolve(chunk: Buffer | null | undefined): void; reject(error: Error): void } | undefined;
  #started = false;
  #hasReturned = false;

  constructor(socket: Socket, highWaterMark: number, closing?: ClosingWatch) {
    this.connection = socket;
    this.#closing = closing;
    // Ported code has CPython's 0 (unbuffered) and -1 (its default); what has arrived has to wait somewhere.
    this.#highWaterMark = Math.max(1, highWaterMark);
  }

  get bufferedBytes(): number {
    return this.#size + this.connection.readableLength;
  }

  handlerReturned(): void {
    this.#hasReturned = true;
  }

  release(): void {
    this.#waiter?.resolve(undefined);
    this.#waiter = undefined;
  }

  pull(): Promise<Buffer | null | undefined> {
    if (!this.#started) this.#start();
    const chunk = this.#chunks.shift();
    if (chunk !== undefined) {
      this.#size -= chunk.length;
      if (this.connection.isPaused() && this.#size < this.#highWaterMark) this.#resume();
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
    const socket = this.connection;
    socket.prependListener('data', (chunk: Buffer) => this.#received(chunk));
    // Not `once`, which makes three objects for each: the first end counts.
    const ended = (): void => this.#ended(socket.errored ?? undefined);
    socket.prependListener('end', ended);
    socket.prependListener('error', (error) => this.#ended(error));
    socket.prependListener('close', ended);
    if (socket.destroyed || socket.readableEnded) this.#ended(socket.errored ?? undefined);
    else socket.resume();
  }

  #resume(): void {
    if (this.#isTooFarAhead) return; // goes on when the client has taken its answers
    this.connection.resume();
    this.#closing?.reopen();
  }

  /** Whether the client has sent enough while it takes nothing. */
  get #isTooFarAhead(): boolean {
    return this.connection.writableNeedDrain && this.#aheadOfClient >= this.#highWaterMark;
  }

  #received(chunk: Buffer): void {
    if (this.#hasReturned && this.connection.writableEnded) return;
    this.#closing?.received();
    if (this.connection.writableNeedDrain) this.#countAhead(chunk.length);
    else this.#aheadOfClient = 0;
    const waiter = this.#waiter;
    if (waiter !== undefined) {
      this.#waiter = undefined;
      waiter.resolve(chunk);
      return;
    }
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    if (this.#size >= this.#highWaterMark) this.connection.pause();
  }

  #countAhead(bytes: number): void {
    this.#aheadOfClient += bytes;
    if (!this.#isTooFarAhead) return;
    this.connection.pause();
    const goOn = (): void => {
      this.#aheadOfClient = 0;
      if (this.#size < this.#highWaterMark) this.#resume();
    };
    untilDrained(this.connection).then(goOn, goOn);
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
