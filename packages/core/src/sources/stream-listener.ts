import { createServer, type ListenOptions, type Server, type Socket } from 'node:net';
import { isAbstract, type BoundAddress, type ClientAddress, type InetClientAddress } from '../address.js';
import { quickenSockets } from '../engine/quicken-sockets.js';
import { SocketServerError } from '../errors.js';
import { descriptorOf } from '../native/handle.js';
import { isNearLimit, isStillNearLimit } from '../native/descriptor-limit.js';
import { tryLibc, type Libc } from '../native/libc.js';
import { unixNameOf } from '../native/sockaddr-un.js';
import { RequestQueue, type Arrival } from './request-queue.js';
import type { RequestSource } from './request-source.js';
import { claimUnixPath, type ClaimedPath, type UnixOwner } from './unix-path.js';

export interface StreamListenerOptions {
  address: { host?: string; port: number } | { path: string } | { fd: number };
  /** Connections that the kernel may queue. */
  backlog: number;
  /** Mode and owner of the socket file. */
  mode: number;
  owner: UnixOwner | null;
  reusePort: boolean;
  /** Leave connections unread, so that another thread or process can read them from the first byte. */
  pauseOnConnect: boolean;
}

/**
 * Accepts connections of TCP and Unix streams, and can stop.
 *
 * `net.Server` cannot stop accepting, only close, and closing a listening socket resets whoever waits in its
 * backlog, unless a second descriptor holds it open. So a pause is: close the server, but not the duplicate of its
 * descriptor; a resume: duplicate that, listen on it. The kernel queues clients all the while. Both together cost
 * some 12 µs. A pause needs no new descriptor: when there is none, pausing is what saves those who wait.
 * Where there is no dup (no koffi, Windows) a paused listener goes on accepting, and queues here instead.
 */
export class StreamListener implements RequestSource<Socket> {
  readonly socket: Server;
  readonly #options: StreamListenerOptions;
  readonly #queue = new RequestQueue<Socket>();
  readonly #libc: Libc | undefined = tryLibc();
  #bound: BoundAddress | undefined;
  #claimed: ClaimedPath | undefined;
  #state: State = { name: 'closed' };
  /** The table of descriptors was nearly full at the last look. */
  #isFull = false;

  constructor(options: StreamListenerOptions) {
    this.#options = options;
    this.socket = createServer({ allowHalfOpen: true, pauseOnConnect: options.pauseOnConnect });
    this.socket.on('connection', (socket) => this.#accepted(socket));
    this.socket.on('error', (error) => {
      if (this.#state.name === 'accepting') this.#queue.fail(error);
    });
  }

  async open(): Promise<void> {
    const { address, mode, owner } = this.#options;
    quickenSockets();
    try {
      if ('path' in address && !isAbstract(address.path)) {
        const file = { path: address.path, mode, owner };
        this.#claimed = await claimUnixPath(file, (path) => this.#listen({ path }));
        this.#bound = { path: address.path };
      } else {
        await this.#listen(address);
        this.#bound = this.#boundAddress();
      }
    } catch (error) {
      this.socket.close();
      throw error;
    }
    this.#state = { name: 'accepting', spare: this.#libc?.dup(descriptorOf(this.socket)) ?? -1 };
    this.pause();
  }

  address(): BoundAddress | undefined {
    return this.#bound;
  }

  fileno(): number {
    return this.#state.name === 'paused' ? this.#state.fd : descriptorOf(this.socket);
  }

  next(): Promise<Arrival<Socket>> {
    return this.#queue.take();
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
    const state = this.#state;
    this.#state = { name: 'closed' };
    for (const [socket] of this.#queue.empty()) socket.destroy();
    if (state.name === 'paused') this.#libc?.close(state.fd);
    if (state.name === 'accepting') {
      this.socket.close();
      if (state.spare !== -1) this.#libc?.close(state.spare);
    }
    this.#claimed?.release();
    this.#claimed = undefined;
    return Promise.resolve();
  }

  #accepted(socket: Socket): void {
    socket.on('error', meetsItInTheHandler);
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

  #listen(address: StreamListenerOptions['address']): Promise<void> {
    const { backlog, reusePort } = this.#options;
    return new Promise((resolve, reject) => {
      this.socket.once('error', reject);
      this.socket.once('listening', () => {
        this.socket.off('error', reject);
        resolve();
      });
      if ('fd' in address) {
        this.socket.listen(address, backlog);
      } else if ('path' in address) {
        this.socket.listen({ path: address.path, backlog });
      } else {
        if (reusePort) checkReusePort();
        const { host, port } = address;
        this.socket.listen({
          port,
          backlog,
          ...(host ? { host } : {}),
          ...(reusePort ? { reusePort } : {}),
        } as ListenOptions);
      }
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

/** The handler meets an error where it reads or writes; without any listener it would end the process. */
function meetsItInTheHandler(): void {}

/** `spare` is the duplicate that a pause leaves open; -1 where there is no dup. */
type State = { name: 'accepting'; spare: number } | { name: 'paused'; fd: number } | { name: 'closed' };

/** A TCP client that has already gone has no address left to tell; a Unix client rarely has one. */
function clientAddressOf(socket: Socket, server: BoundAddress | undefined): ClientAddress {
  if (server === undefined || 'path' in server) return { path: '' };
  const { remoteAddress = '', remotePort = 0, remoteFamily = server.family } = socket;
  return { address: remoteAddress, port: remotePort, family: remoteFamily as InetClientAddress['family'] };
}

function tooManyFiles(): Error {
  return Object.assign(
    new Error('accept EMFILE: too many open files; raise the limit (ulimit -n) or lower maxConnections'),
    {
      code: 'EMFILE',
      syscall: 'accept',
    },
  );
}

/** Node 20 ignores the option in silence. */
export function checkReusePort(): void {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > 23 || (major === 23 && minor >= 1) || (major === 22 && minor >= 12)) return;
  throw new SocketServerError(
    'ERR_SOCKETSERVER_UNSUPPORTED',
    `Expected Node 22.12 or newer for \`allowReusePort\`, got ${process.versions.node}; leave it false, or upgrade`,
  );
}
