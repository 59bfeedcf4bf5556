import { createSocket, type Socket } from 'node:dgram';
import { lookup, type LookupOneOptions } from 'node:dns';
import { isIP, isIPv6 } from 'node:net';
import {
  isInetClient,
  type BoundAddress,
  type ClientAddress,
  type InetClientAddress,
  type InetServerAddress,
  type InheritedAddress,
} from '../address.js';
import type { DatagramRequest, DatagramSocket } from '../datagram.js';
import { badReceiver, SocketServerError } from '../errors.js';
import { descriptorOf, receive } from '../native/handle.js';
import { afterTurns, DELIVERY_TURNS } from '../timing.js';
import { RequestQueue, type Arrival, type QueueBound } from './request-queue.js';
import type { RequestSource } from './request-source.js';
import { checkReusePort } from './stream-listener.js';

export interface DatagramReceiverOptions {
  address: InetServerAddress | InheritedAddress;
  family: 'IPv4' | 'IPv6';
  reuseAddress: boolean;
  reusePort: boolean;
  /** Bytes of a datagram that are kept; the rest is cut off, as recvfrom(2) does. */
  maxPacketSize: number;
  queue: DatagramQueue;
}

/** How many datagrams may wait in this process, and which one is dropped when another comes. */
export type DatagramQueue = Pick<QueueBound, 'size' | 'drop'>;

/** Receives the datagrams of a UDP socket, and sends the answers. */
export class DatagramReceiver implements RequestSource<DatagramRequest>, DatagramSocket {
  readonly socket: Socket;
  onDrop?: () => void;
  readonly #options: DatagramReceiverOptions;
  readonly #queue: RequestQueue<DatagramRequest>;
  #bound: BoundAddress | undefined;
  /** Node receives from the moment the socket is bound. */
  #receiving = true;
  #closed = false;

  constructor(options: DatagramReceiverOptions) {
    this.#options = options;
    this.#queue = new RequestQueue({ ...options.queue, onDrop: () => this.onDrop?.() });
    if (options.reusePort) checkReusePort();
    this.socket = createSocket({
      type: options.family === 'IPv6' ? 'udp6' : 'udp4',
      reuseAddr: options.reuseAddress,
      lookup: lookupUnlessAddress,
      ...(options.reusePort ? { reusePort: true } : {}),
    });
    this.socket.on('message', (packet, { address, port, family }) => {
      const { maxPacketSize } = this.#options;
      const kept = packet.length > maxPacketSize ? packet.subarray(0, maxPacketSize) : packet;
      this.#queue.put([
        { packet: kept, socket: this },
        { address, port, family: family as InetClientAddress['family'] },
      ]);
    });
  }

  async open(): Promise<void> {
    const { address } = this.#options;
    await new Promise<void>((resolve, reject) => {
      this.socket.once('error', reject);
      const bound = (): void => {
        this.socket.off('error', reject);
        resolve();
      };
      if ('fd' in address) this.socket.bind({ fd: address.fd }, bound);
      else
        this.socket.bind({ port: address.port, ...(address.host ? { address: address.host } : {}) }, bound);
    });
    this.socket.on('error', (error) => this.#queue.fail(error));
    const bound = this.socket.address();
    this.#bound = {
      host: bound.address,
      port: bound.port,
      family: bound.family as InetClientAddress['family'],
    };
    this.pause();
  }

  address(): BoundAddress | undefined {
    return this.#bound;
  }

  fileno(): number {
    return this.#closed ? -1 : descriptorOf(this.socket);
  }

  next(): Promise<Arrival<DatagramRequest>> {
    return this.#queue.take();
  }

  onDelivered(delivered: () => void): () => void {
    return afterTurns(DELIVERY_TURNS, delivered);
  }

  /** Called before each datagram is taken: mostly there is nothing to change. */
  resume(): void {
    if (this.#receiving) return;
    this.#receiving = true;
    receive(this.socket, true);
  }

  pause(): void {
    if (!this.#receiving) return;
    this.#receiving = false;
    receive(this.socket, false);
  }

  close(): Promise<void> {
    if (this.#closed) return Promise.resolve();
    this.#closed = true;
    this.#queue.empty();
    return new Promise((resolve) => {
      this.socket.close(resolve);
    });
  }

  sendTo(data: Uint8Array | string, address: ClientAddress): Promise<number> {
    if (!isInetClient(address)) return Promise.reject(badReceiver('{address, port}', address));
    if (this.#closed) return Promise.reject(closed());
    return new Promise((resolve, reject) => {
      this.socket.send(data, address.port, address.address, (error, bytes) => {
        if (error === null) resolve(bytes);
        else reject(error);
      });
    });
  }
}

/**
 * Answers are sent to addresses, not names: without this each would wait a turn for `dns.lookup` to find that out.
 * Node calls it with the family as a number, which its typings do not tell.
 */
function lookupUnlessAddress(host: string, options: LookupOneOptions, callback: LookupCallback): void {
  const family = isIP(host);
  if (family === 0) lookup(host, options, callback);
  else callback(null, host, family);
}

type LookupCallback = (error: NodeJS.ErrnoException | null, address: string, family: number) => void;

/** Without a host the family cannot be seen; IPv4, as in CPython. */
export function familyOf(host: string | undefined): 'IPv4' | 'IPv6' {
  return host !== undefined && isIPv6(host) ? 'IPv6' : 'IPv4';
}

export function closed(): SocketServerError {
  return new SocketServerError(
    'ERR_SOCKETSERVER_CLOSED',
    'Expected the server to be open for `sendTo`, got one that is closed; answer before the handler returns',
  );
}
