import { closeSync, openSync } from 'node:fs';
import { Socket } from 'node:net';
import { MessageChannel, type TransferListItem } from 'node:worker_threads';
import { getSystemErrorName } from 'node:util';
import {
  checkThreadsTakeStreams,
  connectionClosed,
  descriptorOf,
  needLibc,
  noteDuplicate,
  socketCookie,
  tryLibc,
  type Handoff,
  type Libc,
} from '@socketserver/core/workers';
import { alreadyRead } from '../errors.js';

const SHUT_RDWR = 2;

/** How connections reach a thread. Datagrams are always transferred. */
export type HandOver = 'transfer' | 'dup';

/** A connection in the form in which it reaches a thread. */
export abstract class SocketTransfer implements Handoff {
  abstract readonly connection: number | Socket;
  abstract readonly attachment: TransferListItem | undefined;
  abstract readonly canMove: boolean;
  abstract discard(): void;
  /** Ends a connection whose thread cannot be ended, so that its client does not wait. */
  abstract cut(): void;
}

/**
 * dup(2) where there is koffi, else Node's own transfer, which it has for TCP (Node ≥ 24.20, ≥ 26.6). A duplicate takes
 * less CPU. What Node has transferred is lost with a thread that dies before it reads the message, and without a word
 * when there is no descriptor left for it.
 * @throws {SocketServerError} ERR_SOCKETSERVER_NATIVE_MISSING where there is neither, and
 *   ERR_SOCKETSERVER_UNSUPPORTED where threads cannot take connections over (Bun, Deno)
 */
export function chooseHandOver(addressFamily: string): HandOver {
  if (tryLibc() === undefined && addressFamily !== 'AF_UNIX' && canTransfer()) return 'transfer';
  checkThreadsTakeStreams(addressFamily);
  neededLibc();
  return 'dup';
}

/**
 * Whether this Node can transfer a socket, found out by asking it for one that has no connection: a Node that
 * can says that this one is in no state for it, one that cannot takes it for no transferable at all.
 */
function canTransfer(): boolean {
  const { port1 } = new MessageChannel();
  const socket = new Socket();
  try {
    port1.postMessage(socket, [socket as unknown as TransferListItem]);
    return true;
  } catch (error) {
    return (error as { code?: unknown }).code === 'ERR_WORKER_HANDLE_NOT_TRANSFERABLE';
  } finally {
    port1.close();
  }
}

/**
 * Makes a connection ready to leave this thread. When it has been posted, `socket` is a closed shell; one that was
 * duplicated is so at once.
 * @throws {SocketServerError} ERR_SOCKETSERVER_ALREADY_READ, ERR_SOCKETSERVER_CONNECTION_CLOSED; what has ended the
 *   connection meanwhile (ECONNRESET); the system's EMFILE; ERR_SOCKETSERVER_NATIVE_MISSING
 */
export function transferOf(socket: Socket, handOver: HandOver): SocketTransfer {
  const fd = descriptorOf(socket);
  if (socket.destroyed || fd === -1) throw connectionClosed(socket, 'a thread');
  if (socket.bytesRead > 0) throw alreadyRead(socket.bytesRead);
  return handOver === 'transfer' && isUntouched(socket)
    ? new NodeTransfer(socket)
    : new Duplicate(socket, fd);
}

/** Node transfers no socket that `verifyRequest` has written to, however long ago, or has given an encoding. */
function isUntouched({ bytesWritten, readableEncoding }: Socket): boolean {
  return bytesWritten === 0 && readableEncoding === null;
}

/** A message that a dead thread has not read takes its sockets along: Node closes them, and the original is a shell. */
class NodeTransfer extends SocketTransfer {
  readonly connection: Socket;

  constructor(socket: Socket) {
    super();
    noteNextDescriptor();
    this.connection = socket;
  }

  /** Not in Node's typings. */
  get attachment(): TransferListItem {
    return this.connection as unknown as TransferListItem;
  }

  get canMove(): boolean {
    return !this.connection.destroyed;
  }

  discard(): void {
    this.connection.destroy();
  }

  /** Its number is not known: Node has duplicated it. */
  cut(): void {}
}

/**
 * Node duplicates what it transfers, and does not tell the number, which will be this one or a later one. Where there is
 * none left this throws, and Node would lose the connection without a word.
 */
function noteNextDescriptor(): void {
  const next = openSync('/dev/null', 'r');
  closeSync(next);
  noteDuplicate(next);
}

/**
 * The duplicate keeps the connection open when the original is closed. The number alone would not do: two handles of libuv
 * would close one descriptor, and the second close would hit a stranger's. A number that was posted to a thread and not taken
 * over by it still belongs to the process: it can go to another thread, or must be closed here.
 */
class Duplicate extends SocketTransfer {
  readonly connection: number;
  readonly attachment = undefined;
  readonly canMove = true;
  readonly #cookie: bigint | undefined;

  constructor(socket: Socket, fd: number) {
    super();
    const libc = neededLibc();
    this.connection = libc.dup(fd);
    if (this.connection === -1) throw systemError('dup', libc.errno());
    this.#cookie = socketCookie(this.connection);
    noteDuplicate(this.connection);
    socket.destroy();
  }

  discard(): void {
    neededLibc().close(this.connection);
  }

  /** The handler may have closed it before it blocked, and the number may be a stranger's now. */
  cut(): void {
    if (this.#cookie === undefined || socketCookie(this.connection) !== this.#cookie) return;
    neededLibc().shutdown(this.connection, SHUT_RDWR);
  }
}

function neededLibc(): Libc {
  return needLibc(
    `handing connections to threads on Node ${process.versions.node} (from Node 24.20 and 26.6 on TCP needs none, unless verifyRequest() writes)`,
  );
}

/** In the form of Node's own. */
function systemError(syscall: string, errno: number): Error {
  const code = getSystemErrorName(-errno);
  return Object.assign(new Error(`${syscall} ${code}`), { code, syscall, errno: -errno });
}
