import { fstatSync } from 'node:fs';
import { SocketServerError } from '../errors.js';
import { QUIETLY } from './quiet-stat.js';
import { tryLibc, type Libc } from './libc.js';

/** What the four servers stand on. */
export type SocketKind = 'TCP' | 'UDP' | 'Unix stream' | 'Unix datagram';

const IS_LINUX = process.platform === 'linux';
const AF_INET = 2;
const AF_INET6 = IS_LINUX ? 10 : 30;
const AF_UNIX = 1;
const SOCK_STREAM = 1;
const SOCK_DGRAM = 2;
const SOL_SOCKET = IS_LINUX ? 1 : 0xffff;
const SO_TYPE = IS_LINUX ? 3 : 0x1008;
const SO_ACCEPTCONN = IS_LINUX ? 30 : 0x0002;
/** Size of `struct sockaddr_storage`: any address fits. */
const SOCKADDR_SIZE = 128;
/** Where the port is in `struct sockaddr_in` and `struct sockaddr_in6`. */
const PORT_OFFSET = 2;

/** The family of an inherited socket; IPv4 where the C library cannot be asked. */
export function familyOfDescriptor(fd: number): 'IPv4' | 'IPv6' {
  const libc = tryLibc();
  return libc !== undefined && nameOf(libc, fd)?.family === AF_INET6 ? 'IPv6' : 'IPv4';
}

/**
 * Whether a descriptor is what a server can take over: a stream socket that listens, or a datagram socket that is
 * bound. Without the C library only closed descriptors and those of no socket are recognised.
 *
 * @throws {SocketServerError} ERR_SOCKETSERVER_BAD_ADDRESS that says what it is instead; the descriptor stays open
 */
export function checkInheritedSocket(fd: number, expected: SocketKind): void {
  const isStream = expected === 'TCP' || expected === 'Unix stream';
  const found = whatIsWrong(fd, expected, isStream);
  if (found === undefined) return;
  throw new SocketServerError(
    'ERR_SOCKETSERVER_BAD_ADDRESS',
    `Expected \`serverAddress.fd\` to be a ${isStream ? 'listening' : 'bound'} ${expected} socket, ` +
      `got ${found} (descriptor ${fd})`,
  );
}

function whatIsWrong(fd: number, expected: SocketKind, isStream: boolean): string | undefined {
  const isSocket = isSocketDescriptor(fd);
  if (isSocket === undefined) return 'one that is not open';
  if (!isSocket) return 'one that is no socket';
  const libc = tryLibc();
  if (libc === undefined) return undefined;
  const name = nameOf(libc, fd);
  const kind = kindOf(name?.family, optionOf(libc, fd, SO_TYPE));
  if (kind === undefined) return 'a socket of another kind';
  if (kind !== expected) return `a ${kind} socket`;
  if (isStream) {
    return optionOf(libc, fd, SO_ACCEPTCONN) === 0 ? `a ${kind} socket that does not listen` : undefined;
  }
  return name?.isBound === false ? `a ${kind} socket that is not bound` : undefined;
}

/** Undefined when it is not open. */
function isSocketDescriptor(fd: number): boolean | undefined {
  try {
    return fstatSync(fd, QUIETLY).isSocket();
  } catch {
    return undefined; // EBADF, or a number that no descriptor can have
  }
}

function kindOf(family: number | undefined, type: number | undefined): SocketKind | undefined {
  if (type !== SOCK_STREAM && type !== SOCK_DGRAM) return undefined;
  const isStream = type === SOCK_STREAM;
  if (family === AF_UNIX) return isStream ? 'Unix stream' : 'Unix datagram';
  if (family === AF_INET || family === AF_INET6) return isStream ? 'TCP' : 'UDP';
  return undefined;
}

function optionOf(libc: Libc, fd: number, option: number): number | undefined {
  const value = new Int32Array(1);
  const length = new Int32Array([value.byteLength]);
  return libc.getsockopt(fd, SOL_SOCKET, option, value, length) === 0 ? value[0] : undefined;
}

/** The family of a socket's address, and whether it has one; undefined when it is no socket. */
function nameOf(libc: Libc, fd: number): { family: number; isBound: boolean } | undefined {
  const address = Buffer.alloc(SOCKADDR_SIZE);
  const length = new Int32Array([SOCKADDR_SIZE]);
  if (libc.getsockname(fd, address, length) !== 0) return undefined;
  const family = IS_LINUX ? address.readUInt16LE(0) : address.readUInt8(1);
  const hasPath = (length[0] ?? 0) > 2 && address.subarray(2, length[0]).some((byte) => byte !== 0);
  const isBound = family === AF_UNIX ? hasPath : address.readUInt16BE(PORT_OFFSET) !== 0;
  return { family, isBound };
}
