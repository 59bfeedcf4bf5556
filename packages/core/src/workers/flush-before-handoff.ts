import type { Socket } from 'node:net';
import { timedOut, type RequestLimits } from '../execution/request-limits.js';

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
  const writeTimeout = limits?.writeTimeout ?? 0;
  return new Promise((resolve) => {
    const tooLate = (): void => {
      const got = `${socket.writableLength} bytes of verifyRequest() that wait`;
      socket.destroy(timedOut('writeTimeout', `the client to take something within ${writeTimeout} ms`, got));
    };
    const done = (): void => {
      socket.setTimeout(0, tooLate);
      resolve();
    };
    socket.setTimeout(writeTimeout, tooLate);
    socket.once('close', done);
    if (socket.writableEnded) socket.once('finish', done);
    else socket.write('', done);
  });
}
