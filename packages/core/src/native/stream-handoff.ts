import { Socket } from 'node:net';
import { SocketServerError } from '../errors.js';
import { descriptorOf } from './handle.js';
import { tryLibc, type Libc } from './libc.js';

const AF_UNIX = 1;
const AF_INET = 2;
const SOCK_STREAM = 1;
const SOCK_CLOEXEC = process.platform === 'linux' ? 0o2000000 : 0;

const found = new Map<number, boolean>();

/**
 * Whether `new net.Socket({fd})` takes over the descriptor of a stream, and gives its number. Node's does. Bun's ignores
 * it, so the client would wait for ever. Deno's gives no number for a TCP socket. Tested once for each family, with a
 * socket that has no connection. False where there is no C library.
 */
export function adoptsDescriptors(addressFamily: string): boolean {
  const libc = tryLibc();
  if (libc === undefined) return false;
  const domain = addressFamily === 'AF_UNIX' ? AF_UNIX : AF_INET;
  const adopts = found.get(domain) ?? tryAdoption(libc, domain);
  found.set(domain, adopts);
  return adopts;
}

/**
 * For mixins that give threads the descriptors of connections.
 * @throws {SocketServerError} ERR_SOCKETSERVER_UNSUPPORTED where a thread could make no connection of one, or would leave
 *   it open when it ends
 */
export function checkThreadsTakeStreams(addressFamily: string): void {
  const { bun, deno } = process.versions;
  // Deno is told by its name, because only a thread that dies would show it.
  if (deno !== undefined) {
    throw unsupported(
      'threads',
      `Deno ${deno}, which leaves the sockets of a dead thread open; use AsyncMixIn`,
    );
  }
  if (tryLibc() === undefined || adoptsDescriptors(addressFamily)) return;
  const runtime = bun === undefined ? `Node ${process.versions.node}` : `Bun ${bun}`;
  throw unsupported(
    'threads',
    `${runtime}, whose \`net.Socket\` does not take a descriptor over; use ForkingMixIn or AsyncMixIn`,
  );
}

/**
 * For mixins that give connections to child processes.
 * @throws {SocketServerError} ERR_SOCKETSERVER_UNSUPPORTED where they do not arrive
 */
export function checkChildrenTakeStreams(addressFamily: string): void {
  const { deno } = process.versions;
  // Deno is told by its name, because its channel stops only now and then. Descriptors do not use it.
  if (deno === undefined || adoptsDescriptors(addressFamily)) return;
  throw unsupported(
    'child processes',
    `Deno ${deno}, whose \`child.send()\` stops when it says something while a socket is on its way; ` +
      'use AsyncMixIn, or a Unix socket with --allow-ffi',
  );
}

function unsupported(workers: string, got: string): SocketServerError {
  return new SocketServerError(
    'ERR_SOCKETSERVER_UNSUPPORTED',
    `Expected a runtime whose ${workers} can take over connections, got ${got}, or run it under Node`,
  );
}

function tryAdoption(libc: Libc, domain: number): boolean {
  const fd = libc.socket(domain, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd === -1) return true; // the table is full: whatever needs a descriptor next says so
  const socket = new Socket({ fd, readable: false, writable: false });
  const adopts = descriptorOf(socket) === fd;
  // One that was not adopted may stay open: it is not known whether the socket closes it, and closing it twice could close
  // another one.
  socket.destroy();
  return adopts;
}
