import { writeSync } from 'node:fs';
import type { Socket } from 'node:net';
import { descriptorOf, writeQueueSizeOf } from '../../native/handle.js';
import { protocolError } from '../errors.js';
import { encodeFrames, FrameReader, type Message } from './frames.js';

/** How long the end of a process may wait for the other side to read, in ms, and how long between two tries. */
const FLUSH_MS = 1_000;
const RETRY_MS = 2;

export interface FrameStreamOptions {
  /** The longest frame that may come, and that may go, in bytes. */
  readonly maxIn: number;
  readonly maxOut: number;
  /** What a frame says, which may be anything. */
  readonly onMessages: (messages: unknown) => void;
  /** What came is no frame. Nothing that follows can be read. */
  readonly onBroken: (error: Error) => void;
  /** The other side has closed it. */
  readonly onEnd: () => void;
  /** A message is longer than any frame. */
  readonly onTooLong?: (message: Message) => void;
}

/** Either side's end of the stream of frames between parent and child. */
export class FrameStream {
  readonly #socket: Socket;
  readonly #options: FrameStreamOptions;
  /** What the socket was given and has not sent all of yet, and what comes after it. */
  #sending: Buffer | undefined;
  #unsent: Buffer[] = [];
  #unsentBytes = 0;
  #writesAtOnce = true;
  #isBroken = false;
  #hasEnded = false;

  constructor(socket: Socket, options: FrameStreamOptions) {
    this.#socket = socket;
    this.#options = options;
    const reader = new FrameReader(options.maxIn, options.onMessages);
    socket.on('data', (chunk: Buffer) => {
      if (this.#isBroken) return;
      try {
        reader.push(chunk);
      } catch (error) {
        this.#isBroken = true;
        options.onBroken(error as Error);
      }
    });
    socket.once('end', () => this.#end());
    socket.once('close', () => this.#end());
    socket.on('error', isFollowedByClose);
  }

  /** Whether the other side has closed it, and all that it said has been read. */
  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** Bytes that wait behind those that are being sent. */
  get unsentBytes(): number {
    return this.#unsentBytes;
  }

  write(messages: readonly Message[]): void {
    const { maxOut, onTooLong = tooLong } = this.#options;
    for (const frame of encodeFrames(messages, maxOut, onTooLong)) this.#write(frame);
  }

  /** Writes what was not sent, and waits for it: this process is about to end, and its event loop turns no more. */
  flushSync(): void {
    const { length = 0 } = this.#sending ?? {};
    const begun = this.#sending?.subarray(length - writeQueueSizeOf(this.#socket));
    let rest = Buffer.concat(begun === undefined ? this.#unsent : [begun, ...this.#unsent]);
    this.#unsent = [];
    const giveUpAt = performance.now() + FLUSH_MS;
    for (;;) {
      rest = rest.subarray(this.#writeAtOnce(rest));
      if (rest.length === 0 || !this.#writesAtOnce || performance.now() > giveUpAt) return;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, RETRY_MS);
    }
  }

  close(): void {
    this.#socket.destroy();
  }

  #write(frame: Buffer): void {
    if (this.#socket.destroyed) return;
    if (this.#sending !== undefined) {
      this.#unsent.push(frame);
      this.#unsentBytes += frame.length;
      return;
    }
    const sent = this.#writeAtOnce(frame);
    if (sent < frame.length) this.#send(frame.subarray(sent));
  }

  /** write(2) without the machinery of streams, which costs more than the call. @returns how many bytes were taken */
  #writeAtOnce(data: Buffer): number {
    // Without a descriptor the socket is closed; its number is given to whoever connects next.
    const fd = descriptorOf(this.#socket);
    if (!this.#writesAtOnce || fd === -1 || data.length === 0) return 0;
    try {
      return writeSync(fd, data);
    } catch (error) {
      // EPIPE, or a runtime that has another kind of descriptors: the socket sees to it, and says what is wrong.
      this.#writesAtOnce = (error as { code?: unknown }).code === 'EAGAIN';
      return 0;
    }
  }

  #send(data: Buffer): void {
    this.#sending = data;
    this.#socket.write(data, () => {
      this.#sending = undefined;
      if (this.#unsent.length === 0) return;
      const unsent = Buffer.concat(this.#unsent);
      this.#unsent = [];
      this.#unsentBytes = 0;
      this.#write(unsent);
    });
  }

  #end(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#options.onEnd();
  }
}

function tooLong(message: Message): never {
  throw protocolError(
    'a message that a frame can hold',
    typeof message === 'number' ? message : message.type,
  );
}

function isFollowedByClose(): void {}
