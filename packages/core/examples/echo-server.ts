// Greets each client, then echoes until it leaves: node echo-server.js [port]
import { AsyncTCPServer, StreamRequestHandler } from '@socketserver/core';

class Echo extends StreamRequestHandler {
  override async handle() {
    const { address, port } = this.clientAddress;
    await this.wfile.write(`Hello ${address}:${port}, it is ${new Date().toISOString()}\n`);
    for await (const line of this.rfile) await this.wfile.write(line);
    console.log(`${address}:${port} left`);
  }
}

const port = Number(process.argv[2] ?? 9999);
await using server = new AsyncTCPServer({ host: '127.0.0.1', port }, Echo);
await server.listen();
console.log(`Listening on port ${server.serverAddress.port}`);
await server.serveForever();
