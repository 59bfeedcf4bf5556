import type { Socket } from 'node:net';

/**
 * Ends a connection as CPython's `shutdown_request` does: what was written is flushed, the sending side is shut
 * down, then the socket is closed. What the client still sends is read and dropped on the way: closing a socket
 * with unread bytes makes the kernel send a reset, which can destroy an answer that the client has not read yet.
 * Resolves when the socket is closed, by whatever cause; never rejects.
 */
export function shutdownStream(socket: Socket): Promise<void> {
  if (socket.closed) return Promise.resolve();
  return new Promise((resolve) => {
    socket.once('close', () => resolve());
    if (socket.destroyed) return;
    socket.resume();
    if (socket.writableFinished) closeWhenRead(socket);
    else if (socket.writableEnded) socket.once('finish', () => closeWhenRead(socket));
    else socket.end(() => closeWhenRead(socket));
  });
}

/** One turn of the event loop reads what has arrived; a client that has ended has sent all it had. */
function closeWhenRead(socket: Socket): void {
  if (socket.readableEnded) socket.destroy();
  else setImmediate(() => socket.destroy());
}
