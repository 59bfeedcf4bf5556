import { randomBytes } from 'node:crypto';
import { chmodSync, chownSync, linkSync, lstatSync, mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { basename, dirname, join } from 'node:path';
import { MAX_UNIX_PATH } from '../address.js';
import { SocketServerError } from '../errors.js';

/** A socket file that this process made. */
export interface ClaimedPath {
  /** Removes the file, if it is still the one that was made. */
  release(): void;
}

/** Who a socket file belongs to. */
export interface UnixOwner {
  readonly uid: number;
  readonly gid: number;
}

/** What a socket file is to be. */
export interface UnixFile {
  readonly path: string;
  readonly mode: number;
  /** null: the user and the group of this process */
  readonly owner: UnixOwner | null;
}

/** Names that are tried before bind(2) may say that the name is taken: a last part of one letter leaves few. */
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
  { path, mode, owner }: UnixFile,
  bind: (temporaryPath: string) => Promise<void>,
): Promise<ClaimedPath> {
  await removeDeadSocket(path);
  const directory = makeDirectoryBeside(path);
  const inside = join(directory, 's');
  const temporary = Buffer.byteLength(inside) <= MAX_UNIX_PATH ? inside : siblingOf(path);
  let isBound = false;
  try {
    await bind(temporary);
    isBound = true;
    if (owner !== null) chownSync(temporary, owner.uid, owner.gid);
    chmodSync(temporary, mode);
    linkSync(temporary, path);
    return claimOf(path);
  } catch (error) {
    throw codeOf(error) === 'EEXIST' ? addressInUse(path) : error;
  } finally {
    if (isBound) rmSync(temporary, { force: true }); // else it is somebody else's, or in the directory
    rmSync(directory, { recursive: true, force: true });
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
  { path, mode, owner }: UnixFile,
  bind: (path: string, mode: number) => void,
): Promise<ClaimedPath> {
  await removeDeadSocket(path);
  try {
    bind(path, owner === null ? mode : 0);
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
  const { ino, dev } = lstatSync(path);
  return { release: () => removeIfSame(path, ino, dev) };
}

function makeDirectoryBeside(path: string): string {
  try {
    return mkdtempSync(join(dirname(path), '.socket-'));
  } catch (cause) {
    throw listenError(codeOf(cause), `nothing can be made in ${dirname(path)} for ${path}`, { path, cause });
  }
}

/** For a path so long that no directory fits in: a free name as long as the last part, that is hard to guess. */
function siblingOf(path: string): string {
  const length = Buffer.byteLength(basename(path));
  for (let tries = 1; ; tries++) {
    const sibling = join(dirname(path), randomBytes(length).toString('base64url').slice(0, length));
    const isFree = sibling !== path && lstatSync(sibling, { throwIfNoEntry: false }) === undefined;
    if (isFree || tries === MAX_TRIES) return sibling;
  }
}

/**
 * What may be at the path: nothing; a socket nobody listens on (a server that was killed: removed); a live
 * server's socket (refused); anything else, a symbolic link included (refused, and never removed).
 */
async function removeDeadSocket(path: string): Promise<void> {
  const found = lstatSync(path, { throwIfNoEntry: false, bigint: true });
  if (found === undefined) return;
  if (!found.isSocket()) {
    throw new SocketServerError(
      'ERR_SOCKETSERVER_PATH_TAKEN',
      `Expected \`path\` to be free or a dead server's socket, got something else at ${path}; ` +
        'it was left alone: choose another path, or remove it yourself',
    );
  }
  if (await isAlive(path)) throw addressInUse(path);
  // Another server may have taken it over meanwhile. A number of an inode is used again, so that alone would not tell.
  const now = lstatSync(path, { throwIfNoEntry: false, bigint: true });
  if (now?.ino === found.ino && now.dev === found.dev && now.ctimeNs === found.ctimeNs) {
    rmSync(path, { force: true }); // force: another may be doing the same
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

/** The inode of a socket that is open is nobody else's. */
function removeIfSame(path: string, ino: number, dev: number): void {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found?.ino === ino && found.dev === dev) rmSync(path, { force: true });
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
