import { isUtf8 } from 'node:buffer';
import { protocolError } from '../errors.js';

// A frame: u32 length of what follows, u32 length of the JSON, the JSON of a list of messages, then the bytes that some of
// these have, one after the other. Integers are big-endian, lengths are bytes.
const LENGTH = 4;

/** Messages with bytes, by type: the field that has them. In the JSON their count stands in its place. */
const BYTES_OF: ReadonlyMap<unknown, string> = new Map([
  ['start', 'context'],
  ['datagrams', 'packets'],
  ['sends', 'data'],
]);

/** A message of either side. */
export type Message = number | { readonly type: string };

/**
 * The frames of some messages, each within `maxBytes`.
 * @param onTooLong - called with a message that no frame can hold
 */
export function encodeFrames(
  messages: readonly Message[],
  maxBytes: number,
  onTooLong: (message: Message) => void,
): Buffer[] {
  const { plain, tail } = takeBytes(messages);
  const json = JSON.stringify(plain);
  const jsonBytes = Buffer.byteLength(json);
  let size = LENGTH + jsonBytes;
  for (const bytes of tail) size += bytes.byteLength;
  if (size <= maxBytes) return [encode(size, { json, jsonBytes, tail })];
  const [message] = messages;
  if (messages.length === 1 && message !== undefined) {
    onTooLong(message);
    return [];
  }
  const half = messages.length >> 1;
  const halves = [messages.slice(0, half), messages.slice(half)];
  return halves.flatMap((part) => encodeFrames(part, maxBytes, onTooLong));
}

function takeBytes(messages: readonly Message[]): { plain: readonly object[]; tail: Uint8Array[] } {
  const tail: Uint8Array[] = [];
  const plain = messages.map((message) => {
    const field = typeof message === 'object' ? BYTES_OF.get(message.type) : undefined;
    const bytes = field === undefined ? undefined : (message as unknown as Record<string, unknown>)[field];
    if (field === undefined || !ArrayBuffer.isView(bytes)) return message as object;
    tail.push(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    return { ...(message as object), [field]: bytes.byteLength };
  });
  return { plain, tail };
}

interface Parts {
  readonly json: string;
  readonly jsonBytes: number;
  readonly tail: readonly Uint8Array[];
}

function encode(size: number, { json, jsonBytes, tail }: Parts): Buffer {
  const frame = Buffer.allocUnsafe(LENGTH + size);
  frame.writeUInt32BE(size, 0);
  frame.writeUInt32BE(jsonBytes, LENGTH);
  let at = 2 * LENGTH;
  at += frame.write(json, at);
  for (const bytes of tail) {
    frame.set(bytes, at);
    at += bytes.byteLength;
  }
  return frame;
}

/** @throws {SocketServerError} ERR_SOCKETSERVER_PROTOCOL */
function decode(frame: Buffer): unknown {
  const jsonEnd = frame.length < LENGTH ? Infinity : LENGTH + frame.readUInt32BE(0);
  if (jsonEnd > frame.length) throw protocolError('a frame that holds its JSON', frame.length);
  const json = frame.subarray(LENGTH, jsonEnd);
  if (!isUtf8(json)) throw protocolError('messages in UTF-8', 'other bytes');
  const messages = parse(json.toString());
  const rest = giveBytes(messages, frame.subarray(jsonEnd));
  if (rest > 0) throw protocolError('a frame without further bytes', rest);
  return messages;
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    throw protocolError('messages in JSON', json.slice(0, 100));
  }
}

/** Puts the bytes in the place of their count. @returns how many belong to no message */
function giveBytes(messages: unknown, tail: Buffer): number {
  let at = 0;
  for (const message of Array.isArray(messages) ? (messages as unknown[]) : []) {
    if (typeof message !== 'object' || message === null) continue;
    const record = message as Record<string, unknown>;
    const field = BYTES_OF.get(record['type']);
    const count = field === undefined ? undefined : record[field];
    if (field === undefined || typeof count !== 'number') continue;
    if (!Number.isInteger(count) || count < 0 || count > tail.length - at) {
      throw protocolError('as many bytes as the message says', count);
    }
    record[field] = tail.subarray(at, at + count);
    at += count;
  }
  return tail.length - at;
}

/** Takes the frames out of a stream of bytes, however that is cut. Holds one unfinished frame, in memory of its size. */
export class FrameReader {
  readonly #maxBytes: number;
  readonly #onMessages: (messages: unknown) => void;
  readonly #length = Buffer.alloc(LENGTH);
  #lengthFilled = 0;
  #frame: Buffer | undefined;
  #frameFilled = 0;

  /** @param onMessages - called with what a frame says, which may be anything */
  constructor(maxBytes: number, onMessages: (messages: unknown) => void) {
    this.#maxBytes = maxBytes;
    this.#onMessages = onMessages;
  }

  /** @throws {SocketServerError} ERR_SOCKETSERVER_PROTOCOL: where the next frame begins cannot be told any more */
  push(chunk: Buffer): void {
    for (let at = 0; at < chunk.length;) {
      if (this.#frame !== undefined) {
        at += this.#fill(this.#frame, chunk, at);
        continue;
      }
      const taken = chunk.copy(this.#length, this.#lengthFilled, at);
      at += taken;
      this.#lengthFilled += taken;
      if (this.#lengthFilled < LENGTH) return;
      this.#lengthFilled = 0;
      const size = this.#length.readUInt32BE(0);
      if (size === 0 || size > this.#maxBytes) {
        throw protocolError(`a frame of 1 to ${this.#maxBytes} bytes`, size);
      }
      if (size <= chunk.length - at) {
        this.#onMessages(decode(chunk.subarray(at, at + size)));
        at += size;
      } else {
        this.#frame = Buffer.allocUnsafe(size);
      }
    }
  }

  /** Goes on with a frame that came in several pieces. @returns how many bytes were taken */
  #fill(frame: Buffer, chunk: Buffer, at: number): number {
    const taken = chunk.copy(frame, this.#frameFilled, at);
    this.#frameFilled += taken;
    if (this.#frameFilled === frame.length) {
      this.#frame = undefined;
      this.#frameFilled = 0;
      this.#onMessages(decode(frame));
    }
    return taken;
  }
}
