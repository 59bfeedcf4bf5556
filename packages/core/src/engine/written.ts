import type { Socket } from 'node:net';

/**
 * For mixins: before a connection leaves this thread. What `verifyRequest` has written to it is sent from here, and what
 * has not been sent by then would be lost.
 * @returns undefined when nothing waits; otherwise it resolves when everything has left, or the connection has closed
 */
export function written(socket: Socket): Promise<void> | undefined {
  if (socket.writableLength === 0 || socket.destroyed) return undefined;
  return new Promise((resolve) => {
    const done = (): void => resolve();
    socket.once('close', done);
    if (socket.writableEnded) socket.once('finish', done);
    else socket.write('', done);
  });
}
