import { Socket } from 'node:net';
import { badArgument, SocketServerError, unsupported } from '../errors.js';
import { descriptorOf } from './handle.js';
import { needLibc } from './libc.js';

/** Who the client of a Unix stream was at the moment at which it connected. */
export interface PeerCredentials {
  /** Its process; 0 where this process cannot see it (pid_namespaces(7)). It may have ended, and its number be another's. */
  readonly pid: number;
  /** Its effective user, as this process sees it (user_namespaces(7)). */
  readonly uid: number;
  /** Its effective group. */
  readonly gid: number;
}

const SOL_SOCKET = 1;
const SO_PEERCRED = 17;
/** What the kernel says of a socket that has no such peer: (uid_t) -1. */
const NOBODY = 0xffff_ffff;

/**
 * Tells who is at the other end of a connection of a Unix stream server, by the kernel's word (unix(7), SO_PEERCRED):
 * for `verifyRequest()`, or a handler. It is asked each time; one call costs less than 10 µs. Linux only, and needs koffi.
 *
 * @throws {SocketServerError} ERR_SOCKETSERVER_UNSUPPORTED on another system, ERR_SOCKETSERVER_NATIVE_MISSING without
 *   koffi, ERR_SOCKETSERVER_BAD_ARGUMENT for what is no connection of a Unix stream server,
 *   ERR_SOCKETSERVER_CONNECTION_CLOSED for one that is closed. Or the error that the connection broke with
 */
export function peerCredentials(request: Socket): PeerCredentials {
  if (process.platform !== 'linux') {
    throw unsupported({
      field: 'peerCredentials()',
      expected: 'called on Linux',
      got: process.platform,
      cure: 'let the mode and the owner of the socket file decide who may connect',
    });
  }
  const libc = needLibc('peerCredentials()');
  if (!(request instanceof Socket)) throw noUnixStream(request);
  const fd = descriptorOf(request);
  if (fd === -1) throw request.errored ?? closed();
  const credentials = new Int32Array(3);
  const length = new Int32Array([credentials.byteLength]);
  const isTold = libc.getsockopt(fd, SOL_SOCKET, SO_PEERCRED, credentials, length) === 0;
  const [pid = 0, uid = 0, gid = 0] = new Uint32Array(credentials.buffer);
  if (!isTold || uid === NOBODY) throw noUnixStream(request.localAddress ?? 'another socket');
  return { pid, uid, gid };
}

function noUnixStream(got: unknown): SocketServerError {
  return badArgument('request', 'a connection of a Unix stream server', got);
}

function closed(): SocketServerError {
  return new SocketServerError(
    'ERR_SOCKETSERVER_CONNECTION_CLOSED',
    'Expected an open connection for peerCredentials(), got one that is closed; ask in verifyRequest(), or first in the handler',
  );
}
