import type { Socket } from 'node:net';
import type { RequestLimits } from '../execution/request-limits.js';
import { WriteWatch } from '../execution/write-watch.js';

/**
 * For mixins: before a connection leaves this thread. What `verifyRequest` has written to it is sent from here, and what
 * has not been sent by then would be lost. A client that takes nothing of it for `writeTimeout` ms is closed with
 * ERR_SOCKETSERVER_TIMEOUT.
 * @returns undefined when nothing waits; otherwise it resolves when everything has left, or the connection has closed
 */
export function flushBeforeHandoff(
  socket: Socket,
  limits: RequestLimits | undefined,
): Promise<void> | undefined {
  if (socket.writableLength === 0 || socket.destroyed) return undefined;
  const writeTimeout = limits?.writeTimeout ?? null;
  const watch = writeTimeout === null ? undefined : WriteWatch.of(writeTimeout);
  const slot = watch?.add({ socket, expire: (error) => socket.destroy(error) });
  return new Promise((resolve) => {
    let isDone = false;
    const done = (): void => {
      if (isDone) return; // the slot may be another connection's by now
      isDone = true;
      socket.off('close', done);
      if (slot !== undefined) watch?.remove(slot);
      resolve();
    };
    socket.prependOnceListener('close', done);
    if (socket.writableEnded) socket.once('finish', done);
    else socket.write('', done);
  });
}
