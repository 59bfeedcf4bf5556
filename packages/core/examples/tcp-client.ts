// Sends words to tcp-server, and prints the answer: node tcp-client.js [port] [word…]
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';

const [port = '9999', ...words] = process.argv.slice(2);
const message = words.join(' ') || 'hello from a client';

const socket = connect(Number(port), '127.0.0.1');
socket.end(`${message}\n`);
console.log(`Sent:     ${message}`);
console.log(`Received: ${(await text(socket)).trimEnd()}`);
