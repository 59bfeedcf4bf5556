import { closeSync, openSync } from 'node:fs';
import { needLibc } from './libc.js';

/**
 * Puts an empty file in the place of what a descriptor of this process stands for, which stays open elsewhere (dup2(2)).
 * @returns false where there is no descriptor left for that
 */
export function replaceDescriptor(fd: number): boolean {
  let empty: number;
  try {
    empty = openSync('/dev/null', 'r');
  } catch {
    return false;
  }
  needLibc('a descriptor to be replaced').dup2(empty, fd);
  closeSync(empty);
  return true;
}
