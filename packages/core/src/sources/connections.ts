import { createServer, Socket, type Server, type SocketConstructorOpts } from 'node:net';
import type { BoundAddress, ClientAddress } from '../address.js';
import { clientFrom } from './mapped-ipv4.js';

/** @param pauseOnConnect - leave connections unread, so that another thread or process can read them from the first byte */
export function listenerFor(pauseOnConnect: boolean): Server {
  return createServer({ allowHalfOpen: true, pauseOnConnect });
}

/** A connection that was accepted by hand, as the server of {@link listenerFor} makes it. */
export function connectionOf(fd: number, pauseOnConnect: boolean): Socket {
  const options = { fd, allowHalfOpen: true, pauseOnCreate: pauseOnConnect };
  return new Socket(options as SocketConstructorOpts);
}

/** A TCP client that has already gone has no address any more; a Unix client rarely has one. */
export function clientAddressOf(socket: Socket, server: BoundAddress | undefined): ClientAddress {
  if (server === undefined || 'path' in server) return { path: '' };
  const { remoteAddress = '', remotePort = 0, remoteFamily = server.family } = socket;
  return clientFrom(remoteAddress, remotePort, remoteFamily);
}

/** The handler meets an error where it reads or writes; without any listener it would end the process. */
export function meetsItInTheHandler(): void {}

export function tooManyFiles(): Error {
  return Object.assign(
    new Error('accept EMFILE: too many open files; raise the limit (ulimit -n) or lower maxConnections'),
    { code: 'EMFILE', syscall: 'accept' },
  );
}
