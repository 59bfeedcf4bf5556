import { createServer, Socket, type Server, type ServerOpts, type SocketConstructorOpts } from 'node:net';
import type { BoundAddress, ClientAddress } from '../address.js';
import { clientFrom } from './mapped-ipv4.js';

export interface ConnectionOptions {
  /** Leave connections unread, so that another thread or process can read them from the first byte. */
  readonly pauseOnConnect: boolean;
  /** Milliseconds of silence before the first probe; null: none is sent. Undefined for Unix sockets, which have no such options. */
  readonly keepAlive: number | null | undefined;
}

/** A server of Node whose connections are as {@link connectionOf} makes them. */
export function listenerFor({ pauseOnConnect, keepAlive }: ConnectionOptions): Server {
  return createServer({
    allowHalfOpen: true,
    pauseOnConnect,
    ...(keepAlive === undefined ? {} : tcpOptions(keepAlive)),
  });
}

/** A connection that was accepted by hand, as `net.Server` makes it. */
export function connectionOf(fd: number, { pauseOnConnect, keepAlive }: ConnectionOptions): Socket {
  const options = { fd, allowHalfOpen: true, pauseOnCreate: pauseOnConnect };
  const socket = new Socket(options as SocketConstructorOpts);
  if (keepAlive === undefined) return socket;
  if (keepAlive !== null) socket.setKeepAlive(true, keepAlive);
  return socket.setNoDelay(true);
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

/** Answers are not held back by Nagle's algorithm: `wbufsize` holds them back where that is wanted. */
function tcpOptions(keepAlive: number | null): ServerOpts {
  const asksForSilence = keepAlive === null ? {} : { keepAlive: true, keepAliveInitialDelay: keepAlive };
  return { noDelay: true, ...asksForSilence };
}
