// Heavy and light requests side by side: node hash-server.js [PORT]
import { ThreadingMixIn } from '@socketserver/threading';
import { TCPServer } from '@socketserver/core';

class Server extends ThreadingMixIn(TCPServer) {
  override maxThreads = 4; // three may compute, one answers
  override requestsPerThread = 1; // a client that waits for a hash has its thread to itself
}

const address = { host: '127.0.0.1', port: Number(process.argv[2] ?? 9999) };
await using server = new Server(address, new URL('./hash.js', import.meta.url));
await server.listen();
console.log(`Listening on port ${server.serverAddress.port}`);
await server.serveForever();
