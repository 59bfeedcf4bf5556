import type { Socket } from 'node:net';
import { hasClientEnded, isSocket, ownError } from '../execution/connection-end.js';
import { checkCount } from '../validation.js';

/**
 * Receives up to `n` bytes, as soon as there are any: Python's `socket.recv`, for code that was ported from it.
 * @returns an empty Buffer when the client has ended
 * @throws the connection's error; {@link SocketServerError} ERR_SOCKETSERVER_BAD_ARGUMENT for a bad `n`
 */
export async function recv(socket: Socket, n: number): Promise<Buffer> {
  checkCount('n', n);
  for (;;) {
    if (socket.readableLength > 0) return socket.read(Math.min(n, socket.readableLength)) as Buffer;
    if (socket.errored) throw socket.errored;
    if (socket.readableEnded || socket.destroyed) return Buffer.alloc(0);
    // read() on an empty buffer is what makes the socket read on, and what makes 'end' follow the last byte.
    if (socket.read() !== null) throw new Error('unreachable: the buffer was empty');
    await nextEvent(socket, ['readable', 'end', 'error', 'close']);
  }
}

/**
 * Sends all of `data`: Python's `socket.sendall`. Resolves when the socket takes more.
 * @returns how many bytes `data` has
 * @throws the connection's error, EPIPE when it is closed
 */
export function sendAll(socket: Socket, data: Uint8Array | string): Promise<number> {
  const size = typeof data === 'string' ? Buffer.byteLength(data) : data.length;
  if (socket.destroyed || socket.writableEnded) return Promise.reject(socket.errored ?? brokenPipe(socket));
  if (socket.write(data)) return Promise.resolve(size);
  return untilDrained(socket).then(() => size);
}

/** Many writes may wait for one socket: they share one set of listeners. */
const draining = new WeakMap<Socket, Promise<void>>();

/** Resolves when the socket takes more, or has been ended and sent all; rejects when it has failed. */
export function untilDrained(socket: Socket): Promise<void> {
  let drained = draining.get(socket);
  if (drained === undefined) {
    drained = waitForDrain(socket).finally(() => draining.delete(socket));
    draining.set(socket, drained);
  }
  return drained;
}

async function waitForDrain(socket: Socket): Promise<void> {
  while (socket.writableNeedDrain) {
    // A socket that has been ended has no 'drain', only 'finish' when everything has left.
    await nextEvent(socket, ['drain', 'finish', 'error', 'close']);
    if (socket.writableFinished) return;
    if (socket.errored) throw socket.errored;
    if (socket.destroyed) throw brokenPipe(socket);
  }
}

function nextEvent(socket: Socket, names: readonly string[]): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      for (const name of names) socket.off(name, done);
      resolve();
    };
    for (const name of names) socket.prependListener(name, done);
  });
}

function brokenPipe(socket: Socket): Error {
  const error = Object.assign(new Error('write EPIPE: the connection is closed'), {
    code: 'EPIPE',
    syscall: 'write',
  });
  return hasClientEnded(socket) ? ownError(socket, error) : error;
}

/** Resolves when a connection has ended, in whatever way; at once for one that has ended, and for a datagram. Never rejects. */
export function untilClosed(request: unknown): Promise<void> {
  if (!isSocket(request) || request.closed) return Promise.resolve();
  return new Promise((resolve) => {
    request.prependOnceListener('close', () => resolve());
  });
}
