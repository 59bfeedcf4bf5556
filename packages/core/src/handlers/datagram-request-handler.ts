import type { ClientAddress, InetClientAddress } from '../address.js';
import type { DatagramRequest, DatagramSocket } from '../datagram.js';
import { BaseRequestHandler } from './base-request-handler.js';
import { PacketSource, StreamReader } from '../io/stream-reader.js';
import type { Writer } from '../io/stream-writer.js';

/**
 * Serves a datagram as if it were a file: `rfile` reads the packet, and what was written to `wfile` is sent by
 * `finish` as one datagram; nothing is sent if nothing was written (CPython sends an empty one).
 *
 * - For the handler: `packet`, `socket`, `rfile`, `wfile`.
 */
export abstract class DatagramRequestHandler<
  Address extends ClientAddress = InetClientAddress,
  Context = unknown,
> extends BaseRequestHandler<DatagramRequest, Address, Context> {
  /** The servers that it is for. */
  static readonly socketType = 'datagram';
  #rfile: StreamReader | undefined;
  #wfile: PacketWriter | undefined;

  get packet(): Buffer {
    return this.request.packet;
  }

  /** Sends from the server's own address: `socket.sendTo(data, this.clientAddress)`. */
  get socket(): DatagramSocket {
    return this.request.socket;
  }

  get rfile(): StreamReader {
    this.#rfile ??= new StreamReader(new PacketSource(this.packet));
    return this.#rfile;
  }

  /** Collects the answer. */
  get wfile(): Writer {
    this.#wfile ??= new PacketWriter();
    return this.#wfile;
  }

  /** Sends what was written. May be extended; call super. */
  override async finish(): Promise<void> {
    const answer = this.#wfile?.take();
    if (answer !== undefined) await this.socket.sendTo(answer, this.clientAddress);
  }
}

class PacketWriter implements Writer {
  readonly #parts: Uint8Array[] = [];

  write(data: Uint8Array | string): Promise<number> {
    const bytes = typeof data === 'string' ? Buffer.from(data) : data;
    this.#parts.push(bytes);
    return Promise.resolve(bytes.length);
  }

  /** Nothing to do: a datagram leaves whole, when the handler has finished. */
  flush(): Promise<void> {
    return Promise.resolve();
  }

  take(): Uint8Array | undefined {
    if (this.#parts.length === 1) return this.#parts[0];
    return this.#parts.length === 0 ? undefined : Buffer.concat(this.#parts);
  }
}
