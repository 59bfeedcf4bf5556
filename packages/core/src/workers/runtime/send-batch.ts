import type { ClientAddress } from '../../address.js';
import { badArgument, badReceiver } from '../../errors.js';
import { flatten } from '../protocol/datagrams.js';
import type { SendsMessage } from '../protocol/messages.js';

/** Bytes of the block that is kept. */
const BLOCK = 65_536;

/** For workers: the datagrams that handlers have sent in one turn, on their way to the server's socket. */
export class SendBatch {
  #block = Buffer.allocUnsafeSlow(BLOCK);
  #bytes = 0;
  #sends: unknown[] = [];

  get isEmpty(): boolean {
    return this.#sends.length === 0;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Takes a copy: whoever sends may go on to use the memory. */
  add(id: number, data: Uint8Array | string, address: ClientAddress): void {
    const length = Buffer.byteLength(data);
    this.#makeRoom(length);
    if (typeof data === 'string') this.#block.write(data, this.#bytes);
    else this.#block.set(data, this.#bytes);
    this.#bytes += length;
    this.#sends.push(id, length, ...flatten(address));
  }

  take(): SendsMessage {
    // In memory of its own size: a clone would take along the whole block.
    const data = new Uint8Array(this.#block.subarray(0, this.#bytes));
    const sends = this.#sends;
    if (this.#block.length > BLOCK) this.#block = Buffer.allocUnsafeSlow(BLOCK);
    this.#sends = [];
    this.#bytes = 0;
    return { type: 'sends', sends, data };
  }

  #makeRoom(length: number): void {
    if (this.#bytes + length <= this.#block.length) return;
    const larger = Buffer.allocUnsafeSlow(2 * (this.#bytes + length));
    larger.set(this.#block.subarray(0, this.#bytes));
    this.#block = larger;
  }
}

/** What a handler gave to `sendTo`, which may be anything. @throws {SocketServerError} ERR_SOCKETSERVER_BAD_ARGUMENT */
export function checkData(data: unknown): Uint8Array | string {
  if (typeof data === 'string' || data instanceof Uint8Array) return data;
  if (!ArrayBuffer.isView(data)) throw badArgument('data', 'bytes or text', data);
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

/**
 * The same for the receiver, without whatever else the object holds: that might not cross.
 * @throws {SocketServerError} ERR_SOCKETSERVER_BAD_ADDRESS
 */
export function checkReceiver(given: unknown): ClientAddress {
  const { address, port, path } = Object(given) as Record<string, unknown>;
  if (typeof path === 'string') return { path };
  if (typeof address === 'string' && Number.isSafeInteger(port)) {
    return { address, port: port as number, family: address.includes(':') ? 'IPv6' : 'IPv4' };
  }
  throw badReceiver('{address, port} or {path}', given);
}
