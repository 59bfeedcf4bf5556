import type { Server, Socket } from 'node:net';
import type { BoundAddress } from '../address.js';
import type { DatagramRequest } from '../datagram.js';
import { isNearLimit, isStillNearLimit } from '../native/descriptor-limit.js';
import { descriptorOf } from '../native/handle.js';
import { needLibc, type Libc } from '../native/libc.js';
import {
  clientAddressOf,
  connectionOf,
  listenerFor,
  meetsItInTheHandler,
  tooManyFiles,
} from './connections.js';
import { DatagramReceiver } from './datagram-receiver.js';
import type { Arrival } from './request-queue.js';
import type { Sharing } from './request-source.js';
import { SocketOptions } from './socket-options.js';

/** Whoever takes requests from a socket that others take requests from too. */
export interface SharedSocketEvents {
  onArrival(arrival: Arrival<Socket | DatagramRequest>): void;
  /** One could not be taken. */
  onFailure(error: Error): void;
  /** It accepts or receives from this descriptor from now on. */
  onListen(fd: number): void;
  /** Whether it may close that descriptor: somebody may have taken it. */
  mayClose(): boolean;
}

/**
 * A socket that this worker has in common with others. Each works on a duplicate of one descriptor, which is not its own, so
 * that what waits in the kernel belongs to nobody, and survives every worker.
 */
export interface SharedSocket {
  open(): Promise<void>;
  /** Takes requests. Idempotent. */
  resume(): void;
  /** Leaves them to the others, from this moment on. Idempotent. */
  pause(): void;
  /** Takes one that nobody else has taken. @returns false when none waits, or none can be taken so */
  takeWaiting(): boolean;
  /** For the end: takes what waits now, as long as `mayTake` says so, and nothing more. */
  finish(mayTake: () => boolean): Promise<void>;
}

export interface SharedSocketOptions<Kind = Sharing> {
  readonly sharing: Kind;
  /** The socket's descriptor, which stays open as long as this is used. */
  readonly fd: number;
  readonly serverAddress: BoundAddress;
  readonly events: SharedSocketEvents;
}

type OfStreams = Sharing & { socketType: 'stream' };
type OfDatagrams = Sharing & { socketType: 'datagram' };

export function sharedSocket({ sharing, ...options }: SharedSocketOptions): SharedSocket {
  return sharing.socketType === 'stream'
    ? new SharedListener({ sharing, ...options })
    : new SharedReceiver({ sharing, ...options });
}

class SharedListener implements SharedSocket {
  readonly #options: SharedSocketOptions<OfStreams>;
  readonly #socketOptions: SocketOptions | undefined;
  readonly #libc: Libc = needLibc('workers that accept for themselves');
  readonly #server: Server;
  #isListening = false;
  /** The table of descriptors was nearly full at the last check. */
  #isFull = false;

  constructor(options: SharedSocketOptions<OfStreams>) {
    const { sharing, events } = options;
    this.#options = options;
    this.#socketOptions = sharing.keepAlive === undefined ? undefined : new SocketOptions(sharing.keepAlive);
    if (sharing.arePreset) this.#socketOptions?.presetBefore(sharing.backlog);
    this.#server = listenerFor(false);
    this.#server.on('connection', (socket) => this.#accepted(socket));
    this.#server.on('error', (error) => events.onFailure(error));
  }

  async open(): Promise<void> {}

  resume(): void {
    if (this.#isListening) return;
    const fd = this.#isFull && isStillNearLimit() ? -1 : this.#libc.dup(this.#options.fd);
    this.#isFull = fd === -1;
    if (this.#isFull) {
      this.#options.events.onFailure(tooManyFiles());
      return;
    }
    this.#isListening = true;
    this.#options.events.onListen(fd);
    // listen(2) sets the backlog for all who share the socket.
    this.#server.listen({ fd }, this.#options.sharing.backlog);
  }

  /** Within 'connection' too: Node accepts none after it. */
  pause(): void {
    if (!this.#isListening) return;
    this.#isListening = false;
    if (this.#options.events.mayClose()) this.#server.close();
  }

  takeWaiting(): boolean {
    const client = this.#libc.accept?.(this.#options.fd) ?? -1;
    if (client !== -1) this.#accepted(connectionOf(client, false));
    return client !== -1;
  }

  /** No more than can have waited: a flood of clients must come to an end. */
  async finish(mayTake: () => boolean): Promise<void> {
    for (let left = this.#options.sharing.backlog; left > 0 && mayTake() && this.takeWaiting(); left--);
  }

  #accepted(socket: Socket): void {
    socket.on('error', meetsItInTheHandler);
    this.#socketOptions?.applyTo(socket);
    this.#options.events.onArrival([socket, clientAddressOf(socket, this.#options.serverAddress)]);
    if (!isNearLimit(descriptorOf(socket))) return;
    this.#isFull = true;
    this.#options.events.onFailure(tooManyFiles());
  }
}

class SharedReceiver implements SharedSocket {
  readonly #options: SharedSocketOptions<OfDatagrams>;
  #receiver: DatagramReceiver | undefined;

  constructor(options: SharedSocketOptions<OfDatagrams>) {
    this.#options = options;
  }

  async open(): Promise<void> {
    const fd = needLibc('workers that receive for themselves').dup(this.#options.fd);
    if (fd === -1) throw tooManyFiles();
    const { sharing, events } = this.#options;
    this.#receiver = new DatagramReceiver({
      ipv6Only: sharing.ipv6Only,
      maxPacketSize: sharing.maxPacketSize,
      address: { fd },
      reuseAddress: false,
      reusePort: false,
      queue: { size: 1, drop: 'newest' },
      onArrival: (arrival) => events.onArrival(arrival),
    });
    await this.#receiver.open();
    events.onListen(fd);
  }

  resume(): void {
    this.#receiver?.resume();
  }

  /** Within 'message' too: libuv receives none after it. */
  pause(): void {
    this.#receiver?.pause();
  }

  takeWaiting(): boolean {
    return false;
  }

  async finish(mayTake: () => boolean): Promise<void> {
    if (mayTake()) await this.#receiver?.finish();
  }
}
