// Sends what you type to echo-server, until you type exit: node echo-client.js [port]
import { once } from 'node:events';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';

const socket = connect(Number(process.argv[2] ?? 9999), '127.0.0.1').setEncoding('utf8');
socket.on('data', (text: string) => process.stdout.write(text));
socket.on('end', () => process.exit());
await once(socket, 'data'); // the greeting

for await (const line of createInterface({ input: process.stdin })) {
  if (line === 'exit') break;
  socket.write(`${line}\n`);
}
socket.end();
