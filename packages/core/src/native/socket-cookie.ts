import { tryLibc } from './libc.js';

const SOL_SOCKET = 1;
const SO_COOKIE = 57;

const cookie = new BigUint64Array(1);
const length = new Int32Array(1);

/**
 * What tells a socket from every other one of this system, while its descriptor's number is used again (SO_COOKIE, Linux 4.12).
 * @returns undefined where it is not known, and for what is no socket
 */
export function socketCookie(fd: number): bigint | undefined {
  if (process.platform !== 'linux') return undefined;
  length[0] = cookie.byteLength;
  return tryLibc()?.getsockopt(fd, SOL_SOCKET, SO_COOKIE, cookie, length) === 0 ? cookie[0] : undefined;
}
