import { tryLibc } from './libc.js';

const SIOCOUTQ = 0x5411;
const queued = new Int32Array(1);

/**
 * Bytes that the kernel has been given and the client has not taken (tcp(7), unix(7); of a Unix socket by blocks, with
 * what they cost); -1 where it cannot be asked.
 */
export function sendQueueOf(fd: number): number {
  const ioctl = fd === -1 ? undefined : tryLibc()?.ioctl;
  return ioctl?.(fd, SIOCOUTQ, queued) === 0 ? (queued[0] ?? -1) : -1;
}
