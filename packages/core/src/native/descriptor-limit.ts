import { readdirSync, readFileSync } from 'node:fs';
import { tryLibc } from './libc.js';

/**
 * How many descriptors are kept free for the handlers' own files and sockets. libuv answers EMFILE by accepting
 * and closing whatever waits in the backlog, silently. Stopping a little earlier loses no client.
 */
const RESERVE = 24;

/** RLIMIT_NOFILE. */
const RESOURCE = process.platform === 'linux' ? 7 : 8;

/** Milliseconds for which an answer of the kernel holds, unless the numbers of descriptors rise. */
const ASK_EVERY_MS = 10;

/** Milliseconds between two reads of /proc, where the C library (less than a microsecond a call) cannot be asked. */
const READ_EVERY_MS = 100;

const limits = new BigUint64Array(2);
let lastRead = { limit: Infinity, at: -Infinity };

/** The last answer, when it came, and the number that it was asked for. */
let lastAsked = { limit: Infinity, at: -Infinity, fd: -1 };

/** The number of the last duplicate. */
let lastDuplicate = -1;

/**
 * For connections that move to workers as duplicates: the duplicates take the high numbers, while the next connection is
 * accepted under the low number that the last one has freed.
 */
export function noteDuplicate(fd: number): void {
  lastDuplicate = fd;
}

/**
 * Whether a descriptor that was just given out shows that the table is nearly full: the kernel always gives the
 * lowest free number, so when it is high, all below it are taken. A process's limit can be changed while it runs
 * (prlimit(1)): it is asked for whenever the number is higher than before, and otherwise a hundred times a second at most.
 */
export function isNearLimit(fd: number): boolean {
  const highest = Math.max(fd, lastDuplicate);
  const now = performance.now();
  if (highest > lastAsked.fd || now - lastAsked.at >= ASK_EVERY_MS)
    lastAsked = { limit: softLimit(), at: now, fd: highest };
  const end = lastAsked.limit - RESERVE;
  // What was duplicated may have been closed since.
  return fd >= end || (lastDuplicate >= end && isStillNearLimit());
}

/** Whether the table still is nearly full. It lists every descriptor, and is meant for use after `isNearLimit`. */
export function isStillNearLimit(): boolean {
  try {
    return readdirSync('/proc/self/fd').length >= softLimit() - RESERVE;
  } catch (error) {
    // Listing takes a descriptor too.
    return (error as NodeJS.ErrnoException).code === 'EMFILE';
  }
}

/** Infinity where neither is known: libuv then handles EMFILE. */
function softLimit(): number {
  if (tryLibc()?.getrlimit(RESOURCE, limits) === 0) return Number(limits[0]);
  const now = performance.now();
  if (now - lastRead.at >= READ_EVERY_MS) lastRead = { limit: readLimit(), at: now };
  return lastRead.limit;
}

/** The soft limit from /proc, which not every system has. */
function readLimit(): number {
  try {
    const line = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'latin1'));
    return line === null ? Infinity : Number(line[1]);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EMFILE' ? 0 : Infinity;
  }
}
