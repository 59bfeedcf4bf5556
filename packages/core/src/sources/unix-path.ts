import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, chownSync, linkSync, lstatSync, mkdtempSync, rmSync, unlinkSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { basename, dirname } from 'node:path';
import { SocketServerError } from '../errors.js';
import { QUIETLY } from '../native/quiet-stat.js';
import { besides, withName, type UnixPlace } from './unix-place.js';

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

/** A lock is there while it is held, and for its holder alone. */
const LOCK: UnixFile = { mode: 0o600, owner: null, takeOver: true };
/** Length of what mkdtemp(3) puts in the place of its X's. */
const RANDOM_LENGTH = 6;

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
  // As hard to guess as the directory: libuv removes the name that it bound, and a name through a descriptor (see `withName`)
  // may lead to another directory by then.
  const last = directory.path.slice(-RANDOM_LENGTH);
  const temporary = { path: `${directory.path}/${last}`, name: `${directory.name}/${last}` };
  try {
    await withName(temporary, bind);
    if (owner !== null) chownSync(temporary.path, owner.uid, owner.gid);
    chmodSync(temporary.path, mode);
    linkSync(temporary.path, place.path);
    return claimOf(place.path);
  } catch (error) {
    throw codeOf(error) === 'EEXIST' ? addressInUse(place.path) : error;
  } finally {
    removeSocket(temporary.path);
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

/**
 * What may be at the path: nothing; a socket nobody listens on (a server that was killed: removed, unless it is not
 * to be taken over); a live server's socket (refused); anything else, a symbolic link included (refused, and never
 * removed).
 */
async function makeRoom(place: UnixPlace, takeOver: boolean): Promise<void> {
  if (!hasSocket(place)) return;
  if (!takeOver || (await isAlive(place))) throw addressInUse(place.path);
  await removeDead(place);
}

/**
 * Between the look and the removal another server may take the path over, and the removal would hit its socket. So
 * only the holder of a lock removes, and looks again before. The lock is a socket file beside the path, which is
 * claimed in the same way: the lock of a server that was killed is dead, and is taken over like any other path. A
 * starter that finds it held leaves the path to its holder.
 */
async function removeDead(place: UnixPlace): Promise<void> {
  const lock = createServer((client) => client.destroy());
  let held: ClaimedPath | undefined;
  try {
    held = await claimUnixPath(lockOf(place), LOCK, async (name) => {
      lock.listen({ path: name, exclusive: true });
      await once(lock, 'listening');
    });
    if (hasSocket(place) && !(await isAlive(place))) removeSocket(place.path);
  } catch (error) {
    throw codeOf(error) === 'EADDRINUSE' ? addressInUse(place.path) : error;
  } finally {
    held?.release();
    lock.close();
  }
}

/** The last part of the path may be as long as a file's name can be, so the lock has a part of its hash. */
function lockOf(place: UnixPlace): UnixPlace {
  const hash = createHash('sha256').update(basename(place.path)).digest('hex');
  return besides(place, `.takeover-${hash.slice(0, 16)}`);
}

/** @throws {SocketServerError} ERR_SOCKETSERVER_PATH_TAKEN when something that is no socket is there */
function hasSocket({ path }: UnixPlace): boolean {
  const found = lstatSync(path, { throwIfNoEntry: false, ...QUIETLY });
  if (found === undefined || found.isSocket()) return found !== undefined;
  throw new SocketServerError(
    'ERR_SOCKETSERVER_PATH_TAKEN',
    `Expected \`path\` to be free or a dead server's socket, got something else at ${path}; ` +
      'it was left alone: choose another path, or remove it yourself',
  );
}

/** A datagram socket refuses a stream's connect with EPROTOTYPE, and is alive; a dead one with ECONNREFUSED. */
function isAlive(place: UnixPlace): Promise<boolean> {
  return withName(
    place,
    (path) =>
      new Promise((resolve) => {
        const probe = connect({ path });
        probe.once('connect', () => {
          probe.destroy();
          resolve(true);
        });
        probe.once('error', (error) =>
          resolve(codeOf(error) !== 'ECONNREFUSED' && codeOf(error) !== 'ENOENT'),
        );
      }),
  );
}

/** While a socket is open, no other file has its inode number, and no other server takes its path over: so this comes before its end. */
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
