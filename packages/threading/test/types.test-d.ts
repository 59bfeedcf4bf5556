// Compiled by `npm run typecheck`, never run: the types that users of the mixin rely on.
import { StreamRequestHandler, TCPServer, UnixDatagramServer, type ClientAddress } from '@socketserver/core';
import { ThreadingMixIn, ThreadingTCPServer, ThreadingUDPServer } from '@socketserver/threading';

class Server extends ThreadingMixIn(TCPServer) {
  override maxThreads = 4;
  override requestsPerThread = 1;
  override handleError(error: unknown): void {
    console.log(error);
  }
  override verifyRequest(_request: object, _clientAddress: ClientAddress): boolean {
    return true;
  }
  override threadContext() {
    const { port1, port2 } = new MessageChannel();
    port1.close();
    return { context: { port: port2 }, transfer: [] };
  }
}
const server = new Server({ port: 0 }, new URL('./handler.js', import.meta.url));
const handOver: 'transfer' | 'dup' | null = server.stats().handOver;
const accepted: number = server.stats().accepted;
const statusHandOver: 'transfer' | 'dup' | null = server.status().stats.handOver;
const statusPort: number | undefined = server.status().serverAddress?.port;
const port: number = server.serverAddress.port;

class Datagrams extends ThreadingMixIn(UnixDatagramServer) {}
const path: string = new Datagrams('/tmp/x', new URL('./handler.js', import.meta.url)).serverAddress.path;

const threads = new ThreadingTCPServer({ port: 0 }, new URL('./handler.js', import.meta.url));
threads.poolOptions = { argv: ['one'] };
threads.execArgv = ['--no-warnings'];
// @ts-expect-error -- would break the hand-over
threads.poolOptions = { atomics: 'sync' };
// @ts-expect-error -- no address of a UDP server
new ThreadingUDPServer(1, new URL('./handler.js', import.meta.url));

// @ts-expect-error -- a handler of streams cannot serve datagrams
new ThreadingUDPServer({ port: 0 }, class extends StreamRequestHandler {});

export { accepted, handOver, path, port, statusHandOver, statusPort };
