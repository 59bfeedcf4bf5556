// Prints who wrote what, and answers in upper case: node tcp-server.js [port]
import { StreamRequestHandler, TCPServer } from '@socketserver/core';

class Upper extends StreamRequestHandler {
  override async handle() {
    const { address, port } = this.clientAddress;
    for await (const line of this.rfile) {
      console.log(`${address}:${port} wrote ${line.toString().trimEnd()}`);
      await this.wfile.write(line.toString().toUpperCase());
    }
  }
}

await using server = new TCPServer({ host: '127.0.0.1', port: Number(process.argv[2] ?? 9999) }, Upper);
await server.listen();
console.log(`Listening on port ${server.serverAddress.port}`);
await server.serveForever();
