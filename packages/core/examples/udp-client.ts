// Sends words to udp-server as one datagram, and prints the answer: node udp-client.js [port] [word…]
import { createSocket } from 'node:dgram';
import { once } from 'node:events';

const [port = '9999', ...words] = process.argv.slice(2);
const message = words.join(' ') || 'hello from a client';

const socket = createSocket('udp4');
socket.send(message, Number(port), '127.0.0.1');
console.log(`Sent:     ${message}`);
const [answer] = (await once(socket, 'message')) as [Buffer];
console.log(`Received: ${answer.toString()}`);
socket.close();
