import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { upper, serveUpper } from '../handlers/upper.js';
import type { Address, ServerPlan } from '../protocol.js';
import { serve } from './serve.js';

/** `node:net` and `node:dgram` by hand: what any server of Node could reach in one loop. */
await serve(({ transport }: ServerPlan) => (transport === 'udp' ? datagrams() : connections()));

async function connections(): Promise<Address> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => socket.destroy());
    serveUpper(socket, () => socket.end());
  });
  server.listen({ host: '127.0.0.1', port: 0, backlog: 1_024 });
  await once(server, 'listening');
  return { host: '127.0.0.1', port: (server.address() as AddressInfo).port };
}

async function datagrams(): Promise<Address> {
  const socket = createSocket('udp4');
  socket.on('message', (packet, { address, port }) => socket.send(upper(packet), port, address));
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return { host: '127.0.0.1', port: socket.address().port };
}
