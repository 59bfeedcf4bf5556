import { isAbsolute, resolve } from 'node:path';
import { MAX_UNIX_PATH } from '../address.js';

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
  return { path, name: Buffer.byteLength(path) <= MAX_UNIX_PATH ? path : given };
}

/** Another place in the same directory. */
export function besides(place: UnixPlace, last: string): UnixPlace {
  return { path: siblingPath(place.path, last), name: siblingPath(place.name, last) };
}

/** Without `join`, which would take `..` out, and make a relative path longer. */
function siblingPath(path: string, last: string): string {
  return path.slice(0, path.lastIndexOf('/') + 1) + last;
}
