import { closeSync, openSync } from 'node:fs';
import { needLibc } from './libc.js';

/** Puts an empty file in the place of what a descriptor of this process stands for, which stays open elsewhere (dup2(2)). */
export function replaceDescriptor(fd: number): void {
  const empty = openSync('/dev/null', 'r');
  needLibc('a descriptor to be replaced').dup2(empty, fd);
  closeSync(empty);
}
