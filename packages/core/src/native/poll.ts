import { tryLibc, type Libc } from './libc.js';

// struct pollfd of poll(2); the values are the same on Linux and macOS.
const SIZE = 8;
const EVENTS = 4;
const REVENTS = 6;
const POLLIN = 0x01;
const POLLERR = 0x08;
const POLLHUP = 0x10;

const pollfd = Buffer.alloc(SIZE);

/** Whether a connection is broken, or closed on both sides; undefined where the C library cannot be asked. */
export function hasHungUp(fd: number): boolean | undefined {
  const libc = fd === -1 ? undefined : tryLibc();
  return libc === undefined ? undefined : (eventsOf(libc, fd, 0) & (POLLERR | POLLHUP)) !== 0;
}

/** Whether a read would not block. */
export function isReadable(libc: Libc, fd: number): boolean {
  return (eventsOf(libc, fd, POLLIN) & POLLIN) !== 0;
}

function eventsOf(libc: Libc, fd: number, events: number): number {
  pollfd.writeInt32LE(fd);
  pollfd.writeInt16LE(events, EVENTS);
  pollfd.writeInt16LE(0, REVENTS);
  return libc.poll(pollfd, 1, 0) === 1 ? pollfd.readInt16LE(REVENTS) : 0;
}
