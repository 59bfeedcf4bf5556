import { readFileSync } from 'node:fs';

/**
 * How many descriptors are kept free for the handlers' own files and sockets. libuv answers EMFILE by accepting
 * and closing whatever waits in the backlog, and says nothing of it; stopping a little earlier loses nobody.
 */
const RESERVE = 24;

/**
 * Whether an accepted descriptor shows that the table is nearly full: the kernel always gives out the lowest
 * free number, so a high one means that all below it are taken. The limit is read only for numbers that could
 * be near it, because a running process's limit can be changed from outside (prlimit(1)).
 */
export function isNearLimit(fd: number): boolean {
  if (fd < lastLimit - RESERVE && fd < nextCheck) return false;
  lastLimit = readLimit();
  nextCheck = fd + CHECK_EVERY;
  return fd >= lastLimit - RESERVE;
}

const CHECK_EVERY = 256;
let lastLimit = 0;
let nextCheck = 0;

/** The soft RLIMIT_NOFILE, or Infinity where /proc does not tell. */
function readLimit(): number {
  try {
    const line = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'latin1'));
    return line === null ? Infinity : Number(line[1]);
  } catch {
    return Infinity; // no procfs here: EMFILE is then libuv's to handle
  }
}
