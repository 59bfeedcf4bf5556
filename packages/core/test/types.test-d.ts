// Compiled, never run: what the types promise.
import type { Socket } from 'node:net';
import {
  AsyncMixIn,
  AsyncTCPServer,
  BaseRequestHandler,
  SocketServerError,
  StreamRequestHandler,
  TCPServer,
  UDPServer,
  UnixDatagramServer,
  UnixStreamServer,
  peerCredentials,
  type DatagramRequest,
  type ErrorCode,
  type PeerCredentials,
  type UnixClientAddress,
} from '@socketserver/core';

class Handler extends StreamRequestHandler {
  override async handle(): Promise<void> {
    const port: number = this.clientAddress.port;
    await this.wfile.write(`${port} ${this.connection.bytesRead}`);
    // @ts-expect-error -- an Inet client has no path
    void this.clientAddress.path;
  }
}

class UnixHandler extends BaseRequestHandler<DatagramRequest, UnixClientAddress> {
  override handle(): void {
    const path: string = this.clientAddress.path;
    void this.request.socket.sendTo(this.request.packet, { path });
  }
}

class OwnUserOnly extends UnixStreamServer {
  override verifyRequest(request: Socket): boolean {
    const peer: PeerCredentials = peerCredentials(request);
    const { pid, uid, gid }: { pid: number; uid: number; gid: number } = peer;
    // @ts-expect-error -- the kernel's word is not to be changed
    peer.uid = 0;
    return pid !== 0 && uid === process.getuid?.() && gid === process.getgid?.();
  }
}
// @ts-expect-error -- a datagram has no peer
const noPeer = (request: DatagramRequest): PeerCredentials => peerCredentials(request);

class Server extends AsyncMixIn(TCPServer) {
  override maxConnections = 10;
  own = true;
}

const server = new Server({ host: 'localhost', port: 0 }, Handler);
const port: number = server.serverAddress.port;
const own: boolean = server.own;
const accepted: number = server.stats().accepted;
const concurrent: boolean = server.concurrent;

const unix = new UnixStreamServer('/tmp/x', Handler);
const path: string = unix.serverAddress.path;
class AsyncDatagrams extends AsyncMixIn(UnixDatagramServer) {}
const datagramPath: string = new AsyncDatagrams({ path: '/tmp/y' }, UnixHandler).serverAddress.path;
new TCPServer({ fd: 3 }, new URL('file:///handler.js'));

class Counting extends StreamRequestHandler<UnixClientAddress, { readonly start: number }> {
  override handle(): void {
    const start: number = this.server.context.start;
    // @ts-expect-error -- the context has no such field
    void this.server.context.end;
    void start;
  }
}
const statusPort: number | undefined = server.status().serverAddress?.port;
const failed: number = server.status().stats.failed;
const code: ErrorCode = new SocketServerError('ERR_SOCKETSERVER_CLOSED', 'closed').code;
// @ts-expect-error -- no such code
const noCode: ErrorCode = 'ERR_SOCKETSERVER_NO_SUCH_CODE';
new UnixStreamServer('/tmp/x', Counting);
new UnixStreamServer({ fd: 3 }, Counting);

// @ts-expect-error -- a Unix server has no port
new UnixStreamServer({ port: 0 }, Handler);
// @ts-expect-error -- nor one of datagrams
new UnixDatagramServer({ port: 0 }, UnixHandler);
// @ts-expect-error -- a handler of streams cannot serve datagrams
new UDPServer({ port: 0 }, Handler);
// @ts-expect-error -- and one of datagrams no streams
new TCPServer({ port: 0 }, UnixHandler);
// @ts-expect-error -- under a mixin likewise
new Server({ port: 0 }, UnixHandler);
// @ts-expect-error -- a TCP server has no path
new TCPServer('/tmp/x', Handler);
// @ts-expect-error -- a port is a number
new UDPServer({ host: 'localhost', port: '80' }, UnixHandler);
// @ts-expect-error -- an instance is no class
new AsyncTCPServer({ port: 0 }, new Handler(null as never));
// @ts-expect-error -- a TCP server's address has no path
void server.serverAddress.path;

void [
  OwnUserOnly,
  noPeer,
  port,
  own,
  accepted,
  concurrent,
  path,
  datagramPath,
  statusPort,
  failed,
  code,
  noCode,
];
