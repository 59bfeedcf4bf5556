import cluster from 'node:cluster';
import type { ListenOptions, Server, Socket } from 'node:net';
import { isAbstract, type BoundAddress, type InetClientAddress } from '../address.js';
import type { InetServerAddress, InheritedAddress, UnixServerAddress } from '../address.js';
import { warmUpSockets } from '../io/warm-up-sockets.js';
import { descriptorOf } from '../native/handle.js';
import { isNearLimit, isStillNearLimit } from '../native/descriptor-limit.js';
import { tryLibc, type Libc } from '../native/libc.js';
import { unixNameOf } from '../native/sockaddr-un.js';
import { delivery } from '../timing.js';
import { bindInet } from './bind-inet.js';
import {
  clientAddressOf,
  connectionOf,
  listenerFor,
  meetsItInTheHandler,
  tooManyFiles,
} from './connections.js';
import { RequestQueue, type Arrival } from './request-queue.js';
import type { RequestSource, Sharing } from './request-source.js';
import { SocketOptions } from './socket-options.js';
import { claimUnixPath, type ClaimedPath, type UnixFile } from './unix-path.js';
import { unixPlace } from './unix-place.js';

export interface StreamListenerOptions {
  address: InetServerAddress | UnixServerAddress | InheritedAddress;
  /** Connections that the kernel may queue. */
  backlog: number;
  /** Leave connections unread, so that another thread or process can read them from the first byte. */
  pauseOnConnect: boolean;
  /** What only TCP has. */
  tcp?: TcpOptions;
  /** What only a socket file has. */
  file?: UnixFile;
}

export interface TcpOptions {
  /** Milliseconds of silence before the first probe; null: none is sent. */
  keepAlive: number | null;
  ipv6Only: boolean;
  reusePort: boolean;
}

/**
 * Accepts connections of TCP and Unix streams, and can stop.
 *
 * `net.Server` cannot stop accepting, only close, and closing a listening socket resets whoever waits in its
 * backlog, unless a second descriptor holds it open. To pause, the server is closed, and a duplicate of its descriptor
 * stays open; to resume, a duplicate of that is listened on. The kernel queues clients all the while. Both together cost
 * some 12 µs. A pause needs no new descriptor, so it works when there is none left: that is when clients need it most.
 * Where there is no dup (no koffi, Windows) a paused listener goes on accepting, and queues in the process. It does so in a
 * worker of node:cluster too: `listen({fd})` would ask the primary, for which the number is another descriptor or none,
 * and closing the socket would give it back to the primary.
 */
export class StreamListener implements RequestSource<Socket> {
  readonly socket: Server;
  readonly #options: StreamListenerOptions;
  readonly #socketOptions: SocketOptions | undefined;
  readonly #queue = new RequestQueue<Socket>();
  readonly #libc: Libc | undefined = tryLibc();
  #bound: BoundAddress | undefined;
  #claimed: ClaimedPath | undefined;
  /** Why the socket file could not be removed. */
  #unremoved: unknown;
  #state: State = { name: 'closed' };
  /** The table of descriptors was nearly full at the last check. */
  #isFull = false;

  constructor(options: StreamListenerOptions) {
    this.#options = options;
    this.#socketOptions = options.tcp && new SocketOptions(options.tcp.keepAlive);
    this.socket = listenerFor(options.pauseOnConnect);
    this.socket.on('connection', (socket) => this.#accepted(socket));
    this.socket.on('error', (error) => {
      if (this.#state.name === 'accepting') this.#queue.fail(error);
    });
  }

  async open(): Promise<void> {
    warmUpSockets();
    try {
      this.#bound = await this.#bind();
    } catch (error) {
      this.socket.close();
      throw error;
    }
    const spare = cluster.isWorker ? -1 : (this.#libc?.dup(descriptorOf(this.socket)) ?? -1);
    this.#state = { name: 'accepting', spare };
    this.pause();
  }

  address(): BoundAddress | undefined {
    return this.#bound;
  }

  get isReady(): boolean {
    return this.#queue.isReady;
  }

  get sharing(): Sharing {
    const { backlog, tcp } = this.#options;
    const arePreset = this.#socketOptions?.arePreset === true;
    return { socketType: 'stream', backlog, keepAlive: tcp?.keepAlive, arePreset };
  }

  fileno(): number {
    return this.#state.name === 'paused' ? this.#state.fd : descriptorOf(this.socket);
  }

  ready(): Promise<void> {
    return this.#queue.ready();
  }

  take(): Arrival<Socket> {
    return this.#queue.takeNow();
  }

  next(): Promise<Arrival<Socket>> {
    return this.#queue.take();
  }

  /** Clients that are left in the backlog of a socket that closes are reset, though they may have sent their request. */
  async finish(): Promise<void> {
    if (this.fileno() === -1 || this.#libc?.accept === undefined) {
      this.resume();
      await delivery();
    } else {
      // No more than can have waited: a flood of clients must come to an end.
      for (let left = this.#options.backlog; left > 0; left--) {
        const client = this.#libc.accept(this.fileno()); // it changes when the table of descriptors is full
        if (client === -1) break;
        this.#accepted(connectionOf(client, this.#options.pauseOnConnect));
      }
    }
    this.#stopListening();
    this.#queue.end();
  }

  pause(): void {
    if (this.#state.name !== 'accepting' || this.#state.spare === -1) return;
    this.socket.close();
    this.#state = { name: 'paused', fd: this.#state.spare };
  }

  resume(): void {
    if (this.#state.name !== 'paused') return;
    if (this.#isFull) {
      this.#isFull = isStillNearLimit();
      if (this.#isFull) {
        this.#queue.fail(tooManyFiles());
        return;
      }
    }
    const { fd } = this.#state;
    const spare = this.#libc?.dup(fd) ?? -1;
    if (spare === -1) {
      this.#queue.fail(tooManyFiles());
      return;
    }
    this.#state = { name: 'accepting', spare };
    this.socket.listen({ fd }, this.#options.backlog);
  }

  close(): Promise<void> {
    this.#stopListening();
    for (const [socket] of this.#queue.empty()) socket.destroy();
    this.#queue.end();
    return this.#unremoved === undefined ? Promise.resolve() : Promise.reject(this.#unremoved as Error);
  }

  #stopListening(): void {
    const state = this.#state;
    this.#state = { name: 'closed' };
    // Before the socket closes: from then on another server may take the path over.
    this.#unremoved ??= this.#claimed?.release();
    this.#claimed = undefined;
    if (state.name === 'paused') this.#libc?.close(state.fd);
    if (state.name === 'accepting') {
      this.socket.close();
      if (state.spare !== -1) this.#libc?.close(state.spare);
    }
  }

  #accepted(socket: Socket): void {
    socket.on('error', meetsItInTheHandler);
    this.#socketOptions?.applyTo(socket);
    if (this.#state.name === 'closed') {
      socket.destroy();
      return;
    }
    this.#queue.put([socket, clientAddressOf(socket, this.#bound)]);
    if (isNearLimit(descriptorOf(socket))) {
      this.#isFull = true;
      this.#queue.fail(tooManyFiles());
      this.pause();
    }
  }

  async #bind(): Promise<BoundAddress> {
    const { address, backlog, tcp, file } = this.#options;
    if ('fd' in address) {
      await this.#listen(() => this.socket.listen(address, backlog));
    } else if ('port' in address) {
      const { ipv6Only = false, reusePort = false } = tcp ?? {};
      await bindInet({ host: address.host, ipv6Only }, (candidate) => {
        const { address: host } = candidate;
        const options = { host, port: address.port, backlog, ipv6Only, ...(reusePort ? { reusePort } : {}) };
        return this.#listen(() => this.socket.listen(options as ListenOptions));
      });
      // Not on a socket that other processes have too: an inherited one, or one of a cluster.
      if (!cluster.isWorker) this.#socketOptions?.presetOn(this.socket, backlog);
    } else {
      // Exclusive: in a worker of node:cluster the primary would bind the name, and several workers share it.
      const listenAt = (path: string): Promise<void> =>
        this.#listen(() => this.socket.listen({ path, backlog, exclusive: true }));
      if (file !== undefined && !isAbstract(address.path)) {
        const place = unixPlace(address.path);
        this.#claimed = await claimUnixPath(place, file, listenAt);
        return { path: place.name };
      }
      await listenAt(address.path);
    }
    return this.#boundAddress();
  }

  #listen(start: () => void): Promise<void> {
    return new Promise((resolve, reject) => {
      const failed = (error: Error): void => {
        this.socket.off('listening', listening);
        reject(error);
      };
      const listening = (): void => {
        this.socket.off('error', failed);
        resolve();
      };
      this.socket.once('error', failed);
      this.socket.once('listening', listening);
      start();
    });
  }

  #boundAddress(): BoundAddress {
    const bound = this.socket.address();
    if (typeof bound === 'string') return { path: bound };
    // Node does not know the name of a Unix socket that was inherited.
    if (bound === null) return { path: this.#libc ? (unixNameOf(this.#libc, this.fileno()) ?? '') : '' };
    return { host: bound.address, port: bound.port, family: bound.family as InetClientAddress['family'] };
  }
}

/** `spare` is the duplicate that a pause leaves open; -1 where there is no dup. */
type State = { name: 'accepting'; spare: number } | { name: 'paused'; fd: number } | { name: 'closed' };
