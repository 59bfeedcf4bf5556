// Ends when a client says quit: node stoppable-server.js [port]
import { AsyncTCPServer, StreamRequestHandler } from '@socketserver/core';

class Stoppable extends StreamRequestHandler {
  override async handle() {
    const line = await this.rfile.readLine();
    await this.wfile.write(`You said ${line.toString()}`);
    if (line.toString().trim() === 'quit') this.server.shutdown();
  }
}

const port = Number(process.argv[2] ?? 9999);
await using server = new AsyncTCPServer({ host: '127.0.0.1', port }, Stoppable);
await server.listen();
console.log(`Listening on port ${server.serverAddress.port}`);
await server.serveForever();
console.log('Quit');
