import { constants } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { getSystemErrorName } from 'node:util';
import { Worker } from 'node:worker_threads';
import {
  isAbstract,
  isUnixClient,
  MAX_UNIX_PATH,
  type BoundAddress,
  type ClientAddress,
} from '../address.js';
import type { InheritedAddress, UnixServerAddress } from '../address.js';
import { entryFile } from '../bundling.js';
import type { DatagramRequest, DatagramSocket } from '../datagram.js';
import { badArgument, closedForSending, describe, SocketServerError } from '../errors.js';
import { needLibc, type Libc } from '../native/libc.js';
import { isReadable } from '../native/poll.js';
import { encodeSockaddrUn, unixNameOf } from '../native/sockaddr-un.js';
import type { DatagramQueue } from './datagram-receiver.js';
import { RequestQueue, type Arrival } from './request-queue.js';
import type { RequestSource } from './request-source.js';
import {
  CELLS,
  CLOSED,
  LIMIT,
  TAKEN,
  type ReaderData,
  type ReaderMessage,
} from './unix-datagram-protocol.js';
import { UnixDatagramSender } from './unix-datagram-sender.js';
import { bindUnixPath, claimUnixPath, type ClaimedPath, type UnixFile } from './unix-path.js';
import { unixPlace } from './unix-place.js';

export interface UnixDatagramReceiverOptions {
  address: UnixServerAddress | InheritedAddress;
  /** What the socket file is to be, where there is one. */
  file: UnixFile;
  maxPacketSize: number;
  /** Datagrams that may be taken from the kernel ahead of the loop. */
  readAhead: () => number;
  /** @see UnixDatagramSenderOptions.writeTimeout */
  writeTimeout: () => number | null;
  queue: DatagramQueue;
}

const READER = { of: '@socketserver/core', name: 'unix-datagram-reader.js', url: import.meta.url };
const AF_UNIX = 1;
const SOCK_DGRAM = 2;
const SOCK_CLOEXEC = process.platform === 'linux' ? 0o2000000 : 0;
const MSG_DONTWAIT = process.platform === 'linux' ? 0x40 : 0x80;
const SHUT_RDWR = 2;
/** What bind(2) refuses. */
const NO_NAME = Buffer.alloc(0);
/** Milliseconds between two checks whether the reader has posted everything. */
const CHECK_MS = 1;

/** Receives the datagrams of a Unix socket through a thread of its own (Node has no such sockets), and answers. */
export class UnixDatagramReceiver implements RequestSource<DatagramRequest>, DatagramSocket {
  readonly socket = undefined;
  onDrop?: () => void;
  onUnsent?: () => void;
  readonly #options: UnixDatagramReceiverOptions;
  readonly #queue: RequestQueue<DatagramRequest>;
  readonly #cells = new Int32Array(new SharedArrayBuffer(CELLS * Int32Array.BYTES_PER_ELEMENT));
  readonly #sender: UnixDatagramSender;
  #libc: Libc | undefined;
  #fd = -1;
  #path = '';
  #claimed: ClaimedPath | undefined;
  #reader: Worker | undefined;
  #delivered = 0;

  constructor(options: UnixDatagramReceiverOptions) {
    this.#options = options;
    this.#queue = new RequestQueue({ ...options.queue, onDrop: () => this.#dropped() });
    this.#sender = new UnixDatagramSender({
      trySend: (data, path) => this.#trySend(data, path),
      writeTimeout: options.writeTimeout,
      onUnsent: () => this.onUnsent?.(),
    });
  }

  async open(): Promise<void> {
    const { address, file } = this.#options;
    this.#libc = needLibc('Unix datagram sockets');
    if ('fd' in address) {
      this.#fd = address.fd;
      this.#path = unixNameOf(this.#libc, address.fd) ?? '';
    } else {
      this.#fd = this.#libc.socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
      if (this.#fd === -1) throw this.#systemError('socket');
      if (isAbstract(address.path)) {
        this.#path = address.path;
        this.#bind(address.path);
      } else {
        const place = unixPlace(address.path);
        this.#path = place.name;
        this.#claimed =
          process.platform === 'linux'
            ? await bindUnixPath(place, file, (name, mode) => this.#bind(name, mode))
            : await claimUnixPath(place, file, async (name) => this.#bind(name));
      }
    }
    await this.#startReader();
  }

  address(): BoundAddress {
    return { path: this.#path };
  }

  get isReady(): boolean {
    return this.#queue.isReady;
  }

  fileno(): number {
    return this.#fd;
  }

  #dropped(): void {
    this.#delivered = (this.#delivered + 1) | 0;
    if (this.#taking) this.resume();
    this.onDrop?.();
  }

  /** A reader that has died is replaced. */
  async ready(): Promise<void> {
    if (this.#reader === undefined && this.#fd !== -1 && !this.#queue.isReady) {
      await this.#startReader().catch((error: unknown) => this.#queue.fail(error));
    }
    await this.#queue.ready();
  }

  take(): Arrival<DatagramRequest> {
    const arrival = this.#queue.takeNow();
    this.#delivered = (this.#delivered + 1) | 0;
    if (this.#taking) this.resume();
    return arrival;
  }

  async next(): Promise<Arrival<DatagramRequest>> {
    while (!this.isReady) await this.ready(); // another one may take what came
    return this.take();
  }

  /** Checks twice: the reader may have a datagram that it has not posted yet. What it may not read ahead stays in the kernel. */
  async finish(): Promise<void> {
    this.resume();
    for (let checks = 0; checks < 2 && this.#reader !== undefined; checks = this.#hasAll ? checks + 1 : 0) {
      if (this.#queue.length >= this.#options.readAhead()) break;
      await delay(CHECK_MS);
    }
    this.pause();
    this.#isFinished = true;
    this.#queue.end();
  }

  /** Whether the kernel has no datagram, and the reader none that has not come here. */
  get #hasAll(): boolean {
    const hasNone = this.#libc === undefined || !isReadable(this.#libc, this.#fd);
    return hasNone && Atomics.load(this.#cells, TAKEN) === this.#taken;
  }

  /** Datagrams that have come from the reader. */
  get #taken(): number {
    return (this.#delivered + this.#queue.length) | 0;
  }

  #taking = false;
  #isFinished = false;

  resume(): void {
    if (this.#isFinished) return;
    this.#taking = true;
    this.#allow(this.#delivered + this.#options.readAhead());
  }

  /** The reader may already wait in the kernel: what it then takes waits in the queue. */
  pause(): void {
    this.#taking = false;
    this.#allow(this.#delivered);
  }

  async close(): Promise<void> {
    const fd = this.#fd;
    if (fd === -1) return;
    this.#fd = -1;
    const unremoved = this.#claimed?.release();
    this.#queue.empty();
    this.#queue.end();
    this.#sender.close();
    const reader = this.#reader;
    if (reader !== undefined) {
      const exited = new Promise((resolve) => reader.once('exit', resolve));
      Atomics.store(this.#cells, CLOSED, 1);
      // Another value: a reader that has looked at CLOSED and is about to wait for LIMIT would miss the call.
      Atomics.add(this.#cells, LIMIT, 1);
      Atomics.notify(this.#cells, LIMIT);
      Atomics.notify(this.#cells, CLOSED);
      this.#libc?.shutdown(fd, SHUT_RDWR);
      await exited;
    }
    this.#libc?.close(fd);
    if (unremoved !== undefined) throw unremoved;
  }

  async sendTo(data: Uint8Array | string, address: ClientAddress): Promise<number> {
    if (!isUnixClient(address) || encodeSockaddrUn(address.path) === undefined) throw noName(address);
    if (typeof data !== 'string' && !ArrayBuffer.isView(data))
      throw badArgument('data', 'bytes or text', data);
    const bytes = typeof data === 'string' ? Buffer.from(data) : data;
    return this.#sender.send(bytes, address.path);
  }

  #trySend(data: Uint8Array, path: string): number | undefined {
    const libc = this.#libc;
    if (libc === undefined || this.#fd === -1) throw closedForSending();
    const to = encodeSockaddrUn(path) ?? NO_NAME;
    const sent = Number(libc.sendto(this.#fd, data, data.length, MSG_DONTWAIT, to, to.length));
    if (sent >= 0) return sent;
    const errno = libc.errno();
    if (errno === constants.errno.EAGAIN || errno === constants.errno.ENOBUFS) return undefined;
    throw this.#systemError('sendto', errno);
  }

  #bind(path: string, mode?: number): void {
    if (mode !== undefined && this.#libc?.fchmod(this.#fd, mode) !== 0) throw this.#systemError('fchmod');
    const name = encodeSockaddrUn(path) ?? NO_NAME;
    if (this.#libc?.bind(this.#fd, name, name.length) !== 0) throw this.#systemError('bind');
  }

  /** Resolves when the reader is ready; when it dies later, `ready()` starts another. */
  #startReader(): Promise<void> {
    const data: ReaderData = {
      fd: this.#fd,
      taken: this.#taken,
      maxPacketSize: this.#options.maxPacketSize,
      gate: this.#cells.buffer as SharedArrayBuffer,
    };
    const reader = new Worker(entryFile(READER), {
      workerData: data,
      name: 'unix-datagram-reader',
    });
    this.#reader = reader;
    return new Promise((resolve, reject) => {
      let failure: unknown = closedForSending();
      let fail: (error: unknown) => void = reject;
      reader.on('message', (message: ReaderMessage) => {
        if (message.type !== 'ready') return this.#received(message);
        fail = (error) => this.#queue.fail(error);
        resolve();
      });
      reader.on('error', (error) => {
        failure = error;
      });
      reader.on('exit', () => {
        this.#reader = undefined;
        fail(failure);
      });
    });
  }

  #received(message: Exclude<ReaderMessage, { type: 'ready' }>): void {
    switch (message.type) {
      case 'datagram': {
        const { buffer, byteOffset, byteLength } = message.packet;
        this.#queue.put([
          { packet: Buffer.from(buffer, byteOffset, byteLength), socket: this },
          { path: message.path },
        ]);
        return;
      }
      case 'failed':
        this.#queue.fail(this.#systemError('recvfrom', message.errno));
        return;
    }
  }

  #allow(limit: number): void {
    Atomics.store(this.#cells, LIMIT, limit | 0);
    Atomics.notify(this.#cells, LIMIT);
  }

  /** In the form of Node's own: `bind EACCES /path`. */
  #systemError(syscall: string, errno = this.#libc?.errno() ?? 0): Error {
    const code = errno === 0 ? 'UNKNOWN' : getSystemErrorName(-errno);
    return Object.assign(new Error(`${syscall} ${code} ${this.#path.replaceAll('\0', '\\0')}`), {
      code,
      syscall,
      errno: -errno,
    });
  }
}

function noName(address: ClientAddress): SocketServerError {
  return new SocketServerError(
    'ERR_SOCKETSERVER_BAD_ADDRESS',
    `Expected \`address\` to be the path of a socket (at most ${MAX_UNIX_PATH} bytes), got ${describe(address)}; ` +
      "use the request's clientAddress; a client that bound no name cannot be answered",
  );
}
