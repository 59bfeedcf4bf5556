// Prints who sent what, and answers in upper case: node udp-server.js [port]
import { DatagramRequestHandler, UDPServer } from '@socketserver/core';

class Upper extends DatagramRequestHandler {
  override async handle() {
    const { address, port } = this.clientAddress;
    const message = this.packet.toString();
    console.log(`${address}:${port} sent ${message}`);
    await this.wfile.write(message.toUpperCase());
  }
}

await using server = new UDPServer({ host: '127.0.0.1', port: Number(process.argv[2] ?? 9999) }, Upper);
await server.listen();
console.log(`Listening on port ${server.serverAddress.port}`);
await server.serveForever();
