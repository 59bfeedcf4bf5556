import { closeSync, constants, existsSync, openSync } from 'node:fs';
import { basename, dirname, isAbsolute, resolve } from 'node:path';
import { MAX_UNIX_PATH } from '../address.js';
import { SocketServerError } from '../errors.js';

/** open(2): a descriptor that only stands for the directory, which needs no right to read it. Node has no name for it. */
const O_PATH = process.platform === 'linux' ? 0o10000000 : 0;

/** Where a socket file is, whatever becomes of the process's working directory. */
export interface UnixPlace {
  /** Absolute: what is looked at, linked and removed. It may be longer than a socket's name can be. */
  readonly path: string;
  /** What is bound, and told to clients: the path where it fits into `sun_path` (unix(7)), else the relative one. */
  readonly name: string;
}

/** The place of a path that a user gave, as of now. */
export function unixPlace(given: string): UnixPlace {
  if (isAbsolute(given)) return { path: given, name: given };
  // `..` after a symbolic link is the kernel's to follow, and not to be taken out.
  const path = given.split('/').includes('..') ? `${process.cwd()}/${given}` : resolve(given);
  return { path, name: fits(path) ? path : given };
}

/** Another place in the same directory. */
export function besides(place: UnixPlace, last: string): UnixPlace {
  return { path: siblingPath(place.path, last), name: siblingPath(place.name, last) };
}

/** Without `join`, which would take `..` out, and make a relative path longer. */
function siblingPath(path: string, last: string): string {
  return path.slice(0, path.lastIndexOf('/') + 1) + last;
}

/**
 * Calls `use` with a name of the place that fits into `sun_path`: its path; else its relative name; else one through a
 * descriptor of its directory (proc(5), `/proc/self/fd`), which is a name only until `use` has ended. The path is the
 * best: libuv removes what it bound when it closes the socket, whatever the directory is then.
 *
 * @throws {SocketServerError} ERR_SOCKETSERVER_UNSUPPORTED where none fits
 */
export async function withName<T>({ path, name }: UnixPlace, use: (name: string) => Promise<T>): Promise<T> {
  const short = [path, name].find(fits);
  if (short !== undefined) return use(short);
  const directory = openSync(dirname(path), O_PATH | constants.O_DIRECTORY);
  try {
    const parent = `/proc/self/fd/${directory}`;
    const through = `${parent}/${basename(path)}`;
    if (!existsSync(parent) || !fits(through)) throw tooLong(path);
    return await use(through);
  } finally {
    closeSync(directory);
  }
}

function fits(name: string): boolean {
  return Buffer.byteLength(name) <= MAX_UNIX_PATH;
}

function tooLong(path: string): SocketServerError {
  return new SocketServerError(
    'ERR_SOCKETSERVER_UNSUPPORTED',
    `Expected a name of at most ${MAX_UNIX_PATH} bytes for a socket that nobody else can reach before it has its ` +
      `mode, or /proc mounted, got ${path}; choose a shorter path`,
  );
}
