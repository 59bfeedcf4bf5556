import { tryLibc, type Libc } from './libc.js';

const IS_LINUX = process.platform === 'linux';
const AF_INET6 = IS_LINUX ? 10 : 30;
const AF_UNIX = 1;
const SOCK_DGRAM = 2;
const SOL_SOCKET = IS_LINUX ? 1 : 0xffff;
const SO_TYPE = IS_LINUX ? 3 : 0x1008;
/** Size of `struct sockaddr_storage`: any address fits. */
const SOCKADDR_SIZE = 128;

/** The family of an inherited socket; IPv4 where the C library cannot be asked. */
export function familyOfDescriptor(fd: number): 'IPv4' | 'IPv6' {
  const libc = tryLibc();
  return libc !== undefined && addressFamilyOf(libc, fd) === AF_INET6 ? 'IPv6' : 'IPv4';
}

/** Whether a descriptor is a Unix datagram socket. */
export function isUnixDatagram(libc: Libc, fd: number): boolean {
  const type = new Int32Array(1);
  const length = new Int32Array([type.byteLength]);
  const isDatagram = libc.getsockopt(fd, SOL_SOCKET, SO_TYPE, type, length) === 0 && type[0] === SOCK_DGRAM;
  return isDatagram && addressFamilyOf(libc, fd) === AF_UNIX;
}

/** The family of the address that a socket is bound to; undefined when it is no socket. */
function addressFamilyOf(libc: Libc, fd: number): number | undefined {
  const address = Buffer.alloc(SOCKADDR_SIZE);
  const length = new Int32Array([SOCKADDR_SIZE]);
  if (libc.getsockname(fd, address, length) !== 0) return undefined;
  return IS_LINUX ? address.readUInt16LE(0) : address.readUInt8(1);
}
