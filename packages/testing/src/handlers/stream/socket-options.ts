import { StreamRequestHandler } from '@socketserver/core';
import { descriptorOf, needLibc } from '@socketserver/core/workers';

// Numbers of Linux (socket(7), tcp(7)).
const SOL_SOCKET = 1;
const SO_KEEPALIVE = 9;
const IPPROTO_TCP = 6;
const TCP_NODELAY = 1;
const TCP_KEEPIDLE = 4;

/** What the kernel has noted for a connection. */
export interface SocketOptions {
  noDelay: boolean;
  keepAlive: boolean;
  /** Seconds of silence before the first probe. */
  idle: number;
}

interface Wishes {
  nagle?: boolean;
  silent?: boolean;
}

export default class TellOptions extends StreamRequestHandler<unknown, Wishes | undefined> {
  override setup(): void | Promise<void> {
    if (this.server.context?.nagle === true) this.disableNagleAlgorithm = false;
    if (this.server.context?.silent === true) this.connection.setKeepAlive(false);
    return super.setup();
  }

  override async handle(): Promise<void> {
    const fd = descriptorOf(this.connection);
    const options: SocketOptions = {
      noDelay: optionOf(fd, IPPROTO_TCP, TCP_NODELAY) !== 0,
      keepAlive: optionOf(fd, SOL_SOCKET, SO_KEEPALIVE) !== 0,
      idle: optionOf(fd, IPPROTO_TCP, TCP_KEEPIDLE),
    };
    await this.wfile.write(JSON.stringify(options));
  }
}

function optionOf(fd: number, level: number, option: number): number {
  const value = new Int32Array(1);
  const length = new Int32Array([value.byteLength]);
  const status = needLibc('a test').getsockopt(fd, level, option, value, length);
  if (status !== 0 || value[0] === undefined) throw new Error(`Expected a socket, got descriptor ${fd}`);
  return value[0];
}
