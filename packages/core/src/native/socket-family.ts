import { tryLibc } from './libc.js';

const AF_INET6 = process.platform === 'linux' ? 10 : 30;
/** Size of `struct sockaddr_storage`: any address fits. */
const SOCKADDR_SIZE = 128;

/** The family of an inherited socket; IPv4 where the C library cannot be asked. */
export function familyOfDescriptor(fd: number): 'IPv4' | 'IPv6' {
  const address = Buffer.alloc(SOCKADDR_SIZE);
  const length = new Int32Array([SOCKADDR_SIZE]);
  if (tryLibc()?.getsockname(fd, address, length) !== 0) return 'IPv4';
  const family = process.platform === 'linux' ? address.readUInt16LE(0) : address.readUInt8(1);
  return family === AF_INET6 ? 'IPv6' : 'IPv4';
}
