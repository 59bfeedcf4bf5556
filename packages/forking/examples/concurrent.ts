// A server in the background, and three clients at once, in one program: node concurrent.js
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { ForkingTCPServer } from '@socketserver/forking';

const server = new ForkingTCPServer({ host: '127.0.0.1', port: 0 }, new URL('./where.js', import.meta.url));
await server.listen();
const loop = server.serveForever(); // not awaited: it runs in the background
console.log(`Parent ${process.pid}, children ${server.activeChildren.join(', ')}`);

const answers = await Promise.all([1, 2, 3].map((n) => ask(`Hello World ${n}`)));
for (const answer of answers) console.log(`Received: ${answer}`);

await server.close();
await loop;

function ask(message: string): Promise<string> {
  return text(connect(server.serverAddress.port, '127.0.0.1').end(message));
}
