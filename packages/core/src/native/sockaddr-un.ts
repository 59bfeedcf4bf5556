import { isAbstract } from '../address.js';
import { decodeName, encodeName } from './file-name.js';
import type { Libc } from './libc.js';

/** Size of a whole `struct sockaddr_un` (unix(7)). */
export const SOCKADDR_UN_SIZE = 110;

const PATH_OFFSET = 2;
const AF_UNIX = 1;
/** BSDs have a length byte before the family byte; Linux one family of two bytes. */
const HAS_LENGTH_BYTE = process.platform === 'darwin';

/**
 * The bytes of a path or an abstract name. A path ends with a NUL, where that fits: Linux lets clients bind one of 108
 * bytes. An abstract name is as long as the structure.
 *
 * @returns undefined for a text that is no name: it is empty or too long, has a NUL inside, or there are no bytes for it
 */
export function encodeSockaddrUn(path: string): Buffer | undefined {
  const name = encodeName(path);
  const most = SOCKADDR_UN_SIZE - PATH_OFFSET;
  if (name === undefined || name.length === 0 || name.length > most) return undefined;
  const isPath = !isAbstract(path);
  if (isPath && name.includes(0)) return undefined;
  const bytes = Buffer.alloc(PATH_OFFSET + Math.min(name.length + (isPath ? 1 : 0), most));
  if (HAS_LENGTH_BYTE) bytes.set([bytes.length, AF_UNIX]);
  else bytes.writeUInt16LE(AF_UNIX);
  name.copy(bytes, PATH_OFFSET);
  return bytes;
}

/** The path that a Unix socket is bound to; undefined when it is no socket. */
export function unixNameOf(libc: Libc, fd: number): string | undefined {
  const name = Buffer.alloc(SOCKADDR_UN_SIZE);
  const length = new Int32Array([SOCKADDR_UN_SIZE]);
  return libc.getsockname(fd, name, length) === 0 ? decodeSockaddrUn(name, length[0] ?? 0) : undefined;
}

/** The path in `length` bytes that the kernel wrote; empty for a peer without a name. */
export function decodeSockaddrUn(bytes: Uint8Array, length: number): string {
  const name = Buffer.from(bytes.subarray(PATH_OFFSET, Math.max(length, PATH_OFFSET)));
  if (name.length === 0) return '';
  if (name[0] === 0) return decodeName(name);
  const end = name.indexOf(0);
  return decodeName(end === -1 ? name : name.subarray(0, end));
}
