import { createSocket, type BindOptions, type Socket } from 'node:dgram';
import { lookup, type LookupOneOptions } from 'node:dns';
import { isIP } from 'node:net';
import {
  isInetClient,
  type BoundAddress,
  type BoundInetAddress,
  type ClientAddress,
  type InetServerAddress,
  type InheritedAddress,
} from '../address.js';
import type { DatagramBatchSocket, DatagramRequest, OutgoingDatagram } from '../datagram.js';
import { badReceiver, closedForSending } from '../errors.js';
import { descriptorOf, receive } from '../native/handle.js';
import { UdpBatch } from '../native/udp-batch.js';
import { delivery } from '../timing.js';
import { familyOfDescriptor } from '../native/socket-kind.js';
import { bindInet } from './bind-inet.js';
import { clientFrom, mapIPv4, unmapIPv4 } from './mapped-ipv4.js';
import { RequestQueue, type Arrival, type QueueBound } from './request-queue.js';
import type { RequestSource, Sharing } from './request-source.js';

export interface DatagramReceiverOptions {
  address: InetServerAddress | InheritedAddress;
  reuseAddress: boolean;
  reusePort: boolean;
  ipv6Only: boolean;
  /** Bytes of a datagram that are kept; the rest is cut off, as recvfrom(2) does. */
  maxPacketSize: number;
  queue: DatagramQueue;
  /** Takes each datagram as it comes, in place of the queue. */
  onArrival?: (arrival: Arrival<DatagramRequest>) => void;
}

/** How many datagrams may wait in this process, and which one is dropped when another comes. */
export type DatagramQueue = Pick<QueueBound, 'size' | 'drop'>;

/** Receives the datagrams of a UDP socket, and sends the answers. */
export class DatagramReceiver implements RequestSource<DatagramRequest>, DatagramBatchSocket {
  onDrop?: () => void;
  readonly #options: DatagramReceiverOptions;
  readonly #queue: RequestQueue<DatagramRequest>;
  readonly #put: (arrival: Arrival<DatagramRequest>) => void;
  #socket: Socket | undefined;
  #bound: BoundInetAddress | undefined;
  /** What sends many datagrams at once, where that can be done; made for the first of them. */
  #batch: { readonly of: UdpBatch | undefined } | undefined;
  #receiving = false;
  #closed = false;
  #isFinished = false;

  constructor(options: DatagramReceiverOptions) {
    this.#options = options;
    this.#queue = new RequestQueue({ ...options.queue, onDrop: () => this.onDrop?.() });
    this.#put = options.onArrival ?? ((arrival) => this.#queue.put(arrival));
  }

  get socket(): Socket | undefined {
    return this.#socket;
  }

  async open(): Promise<void> {
    const { address, ipv6Only } = this.#options;
    if ('fd' in address) {
      // Exclusive: in a worker of node:cluster the number would be one of the primary's descriptors.
      await this.#bind(familyOfDescriptor(address.fd), { fd: address.fd, exclusive: true });
    } else {
      const { host, port } = address;
      await bindInet({ host, ipv6Only }, (candidate) =>
        this.#bind(candidate.family, { address: candidate.address, port }),
      );
    }
  }

  /** Each try has a socket of its own, because a socket of Node has one family for life. */
  async #bind(family: 'IPv4' | 'IPv6', to: BindOptions): Promise<void> {
    const socket = this.#createSocket(family);
    try {
      await new Promise<void>((resolve, reject) => {
        socket.once('error', reject);
        socket.bind(to, () => {
          receive(socket, false); // at once: nothing is taken before it is wanted
          socket.off('error', reject);
          resolve();
        });
      });
    } catch (error) {
      socket.close();
      throw error;
    }
    socket.on('error', (error) => this.#queue.fail(error));
    const { address: host, port } = socket.address();
    this.#bound = { host, port, family };
    this.#socket = socket;
  }

  #createSocket(family: 'IPv4' | 'IPv6'): Socket {
    const { reuseAddress, reusePort, ipv6Only, maxPacketSize } = this.#options;
    const isDualStack = family === 'IPv6' && !ipv6Only;
    const socket = createSocket({
      type: family === 'IPv6' ? 'udp6' : 'udp4',
      reuseAddr: reuseAddress,
      ipv6Only: family === 'IPv6' && ipv6Only,
      lookup: isDualStack ? lookupAnyUnlessAddress : lookupUnlessAddress,
      ...(reusePort ? { reusePort: true } : {}),
    });
    socket.on('message', (packet, from) => {
      const kept = packet.length > maxPacketSize ? packet.subarray(0, maxPacketSize) : packet;
      this.#put([{ packet: kept, socket: this }, clientFrom(from.address, from.port, from.family)]);
    });
    return socket;
  }

  address(): BoundAddress | undefined {
    return this.#bound;
  }

  get isReady(): boolean {
    return this.#queue.isReady;
  }

  get sharing(): Sharing {
    const { ipv6Only, maxPacketSize } = this.#options;
    return { socketType: 'datagram', ipv6Only, maxPacketSize };
  }

  fileno(): number {
    return this.#closed || this.#socket === undefined ? -1 : descriptorOf(this.#socket);
  }

  ready(): Promise<void> {
    return this.#queue.ready();
  }

  take(): Arrival<DatagramRequest> {
    return this.#queue.takeNow();
  }

  next(): Promise<Arrival<DatagramRequest>> {
    return this.#queue.take();
  }

  async finish(): Promise<void> {
    this.resume();
    await delivery();
    this.pause();
    this.#isFinished = true;
    this.#queue.end();
  }

  /** Called before each datagram is taken. Usually there is nothing to change. */
  resume(): void {
    if (this.#receiving || this.#isFinished || this.#socket === undefined) return;
    this.#receiving = true;
    receive(this.#socket, true);
  }

  pause(): void {
    if (!this.#receiving || this.#socket === undefined) return;
    this.#receiving = false;
    receive(this.#socket, false);
  }

  close(): Promise<void> {
    if (this.#closed) return Promise.resolve();
    this.#closed = true;
    this.#queue.empty();
    this.#queue.end();
    const socket = this.#socket;
    if (socket === undefined) return Promise.resolve();
    return new Promise((resolve) => {
      socket.close(resolve);
    });
  }

  sendFirst(datagrams: readonly OutgoingDatagram[], from: number): number {
    if (this.#closed || this.#bound === undefined) return 0;
    const fd = this.fileno();
    this.#batch ??= { of: UdpBatch.over(fd, this.#bound) };
    return this.#batch.of?.send(fd, datagrams, from) ?? 0;
  }

  sendTo(data: Uint8Array | string, address: ClientAddress): Promise<number> {
    if (!isInetClient(address)) return Promise.reject(badReceiver('{address, port}', address));
    const socket = this.#socket;
    if (this.#closed || socket === undefined) return Promise.reject(closedForSending());
    const to = this.#bound?.family === 'IPv6' ? mapIPv4(address.address) : unmapIPv4(address.address);
    return new Promise((resolve, reject) => {
      socket.send(data, address.port, to, (error, bytes) => {
        if (error === null) resolve(bytes);
        else reject(error);
      });
    });
  }
}

/**
 * Answers are sent to addresses, not names: without this each would wait one turn of the event loop for `dns.lookup`.
 * Node calls it with the family as a number, which its typings do not have.
 */
function lookupUnlessAddress(host: string, options: LookupOneOptions, callback: LookupCallback): void {
  const family = isIP(host);
  if (family === 0) lookup(host, options, callback);
  else callback(null, host, family);
}

/** The same for a socket that reaches both families: a name's first address may be of either. */
function lookupAnyUnlessAddress(host: string, options: LookupOneOptions, callback: LookupCallback): void {
  const family = isIP(host);
  if (family !== 0) {
    callback(null, host, family);
    return;
  }
  lookup(host, { family: 0, order: 'verbatim' }, (error, address) => {
    if (error === null) callback(null, mapIPv4(address), 6);
    else callback(error, '', 6);
  });
}

type LookupCallback = (error: NodeJS.ErrnoException | null, address: string, family: number) => void;
