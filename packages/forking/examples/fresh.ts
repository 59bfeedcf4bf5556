// A fresh process for every request: node fresh.js
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { ForkingTCPServer } from '@socketserver/forking';

class Server extends ForkingTCPServer {
  override maxRequestsPerChild = 1; // taken from standbys, so that no client waits for one to start
}

await using server = new Server({ host: '127.0.0.1', port: 0 }, new URL('./where.js', import.meta.url));
await server.listen();
void server.serveForever();

const ask = (message: string) => text(connect(server.serverAddress.port, '127.0.0.1').end(message));
for (const n of [1, 2, 3, 4]) console.log(`Received: ${await ask(`Hello World ${n}`)}`);
