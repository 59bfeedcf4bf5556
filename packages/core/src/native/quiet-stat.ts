import { statSync } from 'node:fs';

/**
 * Options for fstat(2) and lstat(2) of a socket. Node before 24 keeps the numbers of the last such call in one array, and
 * while they are those of a socket, its `realpath` resolves no symbolic link in a path that it has seen before. Modules that
 * are loaded next, the handler's among them, are then loaded a second time, under another name. Big integers are kept in
 * another array.
 */
export const QUIETLY = { bigint: true } as const;

/**
 * To be called before a module is loaded late: whatever the program has looked at since, a socket or a named pipe among it, the
 * numbers are those of a directory then.
 */
export function forgetLastStat(): void {
  statSync('/');
}
