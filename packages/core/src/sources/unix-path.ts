import { randomBytes } from 'node:crypto';
import { chmodSync, chownSync, linkSync, lstatSync, mkdtempSync, rmSync, unlinkSync } from 'node:fs';
import { connect } from 'node:net';
import { basename, dirname } from 'node:path';
import { MAX_UNIX_PATH } from '../address.js';
import { SocketServerError } from '../errors.js';
import { QUIETLY } from '../native/quiet-stat.js';
import { besides, type UnixPlace } from './unix-place.js';

/** A socket file that this process made. */
export interface ClaimedPath {
  /** Removes the file, if it is still the one that was made. Never throws. @returns why it could not be removed */
  release(): unknown;
}

/** Who a socket file belongs to. */
export interface UnixOwner {
  readonly uid: number;
  readonly gid: number;
}

/** What a socket file is to be. */
export interface UnixFile {
  readonly mode: number;
  /** null: the user and the group of this process */
  readonly owner: UnixOwner | null;
  /** Whether the file of a dead server is removed. */
  readonly takeOver: boolean;
}

/** Names that are tried before bind(2)'s EADDRINUSE is thrown: for a last part of one letter there are few. */
const MAX_TRIES = 1_000;

/**
 * Makes a socket file, with no moment at which it exists with another mode or owner, or at which a half-made
 * one can be connected to: it is bound inside a new directory that nobody else may enter, and then linked to
 * its name. link(2) fails where a file exists, so two servers never both believe that they have the path.
 *
 * Binding elsewhere has a second use: libuv removes the name that it bound when it closes the socket, and a
 * server that leaves its clients to the kernel (see StreamListener) closes its socket without giving up its name.
 *
 * @throws {SocketServerError} ERR_SOCKETSERVER_PATH_TAKEN when something that is no socket is there
 */
export async function claimUnixPath(
  place: UnixPlace,
  { mode, owner, takeOver }: UnixFile,
  bind: (temporaryName: string) => Promise<void>,
): Promise<ClaimedPath> {
  await makeRoom(place, takeOver);
  const directory = makeDirectoryBeside(place);
  const inside = { path: `${directory.path}/s`, name: `${directory.name}/s` };
  const temporary = nameThatFits(inside) ?? siblingOf(place);
  let isBound = false;
  try {
    await bind(temporary.name);
    isBound = true;
    if (owner !== null) chownSync(temporary.path, owner.uid, owner.gid);
    chmodSync(temporary.path, mode);
    linkSync(temporary.path, place.path);
    return claimOf(place.path);
  } catch (error) {
    throw codeOf(error) === 'EEXIST' ? addressInUse(place.path) : error;
  } finally {
    if (isBound) removeSocket(temporary.path); // else it is somebody else's, or in the directory
    rmSync(directory.path, { recursive: true, force: true });
  }
}

/**
 * The same for datagrams, whose socket receives as soon as it is bound: it is bound to the path itself, which is then
 * the name that clients see answers come from. A descriptor's mode is that of the file that bind(2) makes (Linux), so
 * that it is never open to more than those it is for.
 *
 * @param bind - gives the descriptor the mode, and binds it
 */
export async function bindUnixPath(
  place: UnixPlace,
  { mode, owner, takeOver }: UnixFile,
  bind: (name: string, mode: number) => void,
): Promise<ClaimedPath> {
  await makeRoom(place, takeOver);
  const { path } = place;
  try {
    bind(place.name, owner === null ? mode : 0);
  } catch (error) {
    throw codeOf(error) === 'EADDRINUSE' ? addressInUse(path) : error;
  }
  const claimed = claimOf(path);
  try {
    if (owner !== null) chownSync(path, owner.uid, owner.gid);
    chmodSync(path, mode); // the umask may have taken some of it away
    return claimed;
  } catch (error) {
    claimed.release();
    throw error;
  }
}

function claimOf(path: string): ClaimedPath {
  const { ino, dev } = lstatSync(path, QUIETLY);
  const release = (): unknown => {
    try {
      removeIfSame(path, ino, dev);
      return undefined;
    } catch (error) {
      return error; // the process may have dropped its rights since
    }
  };
  return { release };
}

function makeDirectoryBeside(place: UnixPlace): UnixPlace {
  const { path } = place;
  try {
    return besides(place, basename(mkdtempSync(besides(place, '.socket-').path)));
  } catch (cause) {
    throw listenError(codeOf(cause), `nothing can be made in ${dirname(path)} for ${path}`, { path, cause });
  }
}

/** The path is the better name: libuv removes what it bound when it closes the socket, whatever the directory is then. */
function nameThatFits({ path, name }: UnixPlace): UnixPlace | undefined {
  const fits = [path, name].find((either) => Buffer.byteLength(either) <= MAX_UNIX_PATH);
  return fits === undefined ? undefined : { path, name: fits };
}

/** For a path so long that no directory fits in: a free name of the same length as its last part, hard to guess. */
function siblingOf(place: UnixPlace): UnixPlace {
  const length = Buffer.byteLength(basename(place.path));
  for (let tries = 1; ; tries++) {
    const sibling = besides(place, randomBytes(length).toString('base64url').slice(0, length));
    const isFree =
      sibling.path !== place.path && lstatSync(sibling.path, { throwIfNoEntry: false }) === undefined;
    if (isFree || tries === MAX_TRIES) return sibling;
  }
}

/**
 * What may be at the path: nothing; a socket nobody listens on (a server that was killed: removed, unless it is not
 * to be taken over); a live server's socket (refused); anything else, a symbolic link included (refused, and never
 * removed).
 */
async function makeRoom({ path, name }: UnixPlace, takeOver: boolean): Promise<void> {
  const found = lstatSync(path, { throwIfNoEntry: false, ...QUIETLY });
  if (found === undefined) return;
  if (!found.isSocket()) {
    throw new SocketServerError(
      'ERR_SOCKETSERVER_PATH_TAKEN',
      `Expected \`path\` to be free or a dead server's socket, got something else at ${path}; ` +
        'it was left alone: choose another path, or remove it yourself',
    );
  }
  if (!takeOver || (await isAlive(name))) throw addressInUse(path);
  // Another server may have taken it over meanwhile. Inode numbers are reused, so comparing them is not enough.
  const now = lstatSync(path, { throwIfNoEntry: false, ...QUIETLY });
  if (now?.ino === found.ino && now.dev === found.dev && now.ctimeNs === found.ctimeNs) {
    removeSocket(path);
  }
}

/** A datagram socket refuses a stream's connect with EPROTOTYPE, and is alive; a dead one with ECONNREFUSED. */
function isAlive(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect({ path });
    probe.once('connect', () => {
      probe.destroy();
      resolve(true);
    });
    probe.once('error', (error) => resolve(codeOf(error) !== 'ECONNREFUSED' && codeOf(error) !== 'ENOENT'));
  });
}

/** While a socket is open, no other file has its inode number. */
function removeIfSame(path: string, ino: bigint, dev: bigint): void {
  const found = lstatSync(path, { throwIfNoEntry: false, ...QUIETLY });
  if (found?.ino === ino && found.dev === dev) removeSocket(path);
}

/** Not `rmSync`, which calls stat first (see `quietStat`). Another server may be removing it too. */
function removeSocket(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
}

function addressInUse(path: string): Error {
  return listenError('EADDRINUSE', `address already in use ${path}`, { path });
}

/** In the form of Node's own, so that one `catch` serves TCP and Unix. */
function listenError(
  code: unknown,
  what: string,
  { path, ...options }: { path: string; cause?: unknown },
): Error {
  const error = new Error(`listen ${String(code)}: ${what}`, options);
  return Object.assign(error, { code, syscall: 'listen', address: path });
}

function codeOf(error: unknown): unknown {
  return (error as { code?: unknown } | undefined)?.code;
}
