import { readdirSync, readFileSync } from 'node:fs';

/**
 * How many descriptors are kept free for the handlers' own files and sockets. libuv answers EMFILE by accepting
 * and closing whatever waits in the backlog, and says nothing of it; stopping a little earlier loses nobody.
 */
const RESERVE = 24;

/** A running process's limit can be changed from outside (prlimit(1)): it is read again this often. */
const CHECK_EVERY = 256;

let limit = 0;
let nextCheck = 0;

/**
 * Whether a descriptor that was just given out shows that the table is nearly full: the kernel always gives the
 * lowest free number, so when it is high, all below it are taken.
 */
export function isNearLimit(fd: number): boolean {
  if (fd < limit - RESERVE && fd < nextCheck) return false;
  limit = readLimit();
  nextCheck = fd + CHECK_EVERY;
  return fd >= limit - RESERVE;
}

/** Whether the table still is nearly full. It lists every descriptor, and is meant for use after `isNearLimit`. */
export function isStillNearLimit(): boolean {
  return readdirSync('/proc/self/fd').length >= limit - RESERVE;
}

/** The soft RLIMIT_NOFILE, or Infinity where /proc does not tell. */
function readLimit(): number {
  try {
    const line = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'latin1'));
    return line === null ? Infinity : Number(line[1]);
  } catch {
    return Infinity; // no procfs here: EMFILE is then libuv's to handle
  }
}
