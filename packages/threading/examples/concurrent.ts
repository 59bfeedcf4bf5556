// A server in the background, and three clients at once, in one program: node concurrent.js
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { ThreadingTCPServer } from '@socketserver/threading';

const server = new ThreadingTCPServer({ host: '127.0.0.1', port: 0 }, new URL('./where.js', import.meta.url));
await server.listen();
const loop = server.serveForever(); // not awaited: it runs in the background

const answers = await Promise.all([1, 2, 3].map((n) => ask(`Hello World ${n}`)));
for (const answer of answers) console.log(`Received: ${answer}`);

await server.shutdown(); // the loop takes nothing more
await server.serverClose();
await loop;

function ask(message: string): Promise<string> {
  return text(connect(server.serverAddress.port, '127.0.0.1').end(message));
}
