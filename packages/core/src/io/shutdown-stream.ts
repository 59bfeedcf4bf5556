import type { Socket } from 'node:net';

/**
 * Ends a connection as CPython's `shutdown_request` does: what was written is flushed, the sending side is shut
 * down, then the socket is closed. What the client still sends is read and dropped on the way: closing a socket
 * with unread bytes makes the kernel send a reset, which can destroy an answer that the client has not read yet.
 * Resolves when the socket is closed, for every cause but one.
 * @throws {SocketServerError} ERR_SOCKETSERVER_TIMEOUT when a limit of the request was passed: the client does not
 *   have the whole answer then
 */
export function shutdownStream(socket: Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    const closed = (): void => {
      const { errored } = socket;
      if ((errored as { code?: unknown } | null)?.code === 'ERR_SOCKETSERVER_TIMEOUT')
        reject(errored as Error);
      else resolve();
    };
    if (socket.closed) {
      closed();
      return;
    }
    socket.prependOnceListener('close', closed);
    if (socket.destroyed) return;
    socket.resume();
    if (socket.writableFinished) closeWhenRead(socket);
    else if (socket.writableEnded) socket.prependOnceListener('finish', () => closeWhenRead(socket));
    else socket.end(() => closeWhenRead(socket));
  });
}

/** A client that has the whole answer closes at once; one that does not is not waited for any longer than this. */
const LINGER_MS = 250;

/** Until the client has ended, or for a moment: then all that it sent before it knew of the end has been read. */
function closeWhenRead(socket: Socket): void {
  if (socket.readableEnded) {
    socket.destroy();
    return;
  }
  const timer = setTimeout(() => socket.destroy(), LINGER_MS);
  socket.prependOnceListener('end', () => socket.destroy());
  socket.prependOnceListener('close', () => clearTimeout(timer));
}
