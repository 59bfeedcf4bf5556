// One client crashes the process that serves it; the others are answered: node isolation.js
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { ForkingTCPServer } from '@socketserver/forking';

class Server extends ForkingTCPServer {
  override requestsPerChild = 1; // nobody shares a process with a request that crashes
  override handleError(error: unknown) {
    console.log(`Reported: ${(error as { code: string }).code}`);
  }
}

await using server = new Server({ host: '127.0.0.1', port: 0 }, new URL('./where.js', import.meta.url));
await server.listen();
void server.serveForever();

const ask = (message: string) => text(connect(server.serverAddress.port, '127.0.0.1').end(message));
const answers = await Promise.all(['hello', 'crash', 'world'].map(ask));
for (const answer of answers) console.log(`Received: ${answer || 'nothing'}`);
