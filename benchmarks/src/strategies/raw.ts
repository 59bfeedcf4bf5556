import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { serveRaw } from '../handlers/upper.js';
import { upper } from '../handlers/work.js';
import type { Address, InetAddress } from '../protocol.js';
import { listen } from './listening.js';
import { serve } from './serve.js';

/** `node:net` and `node:dgram` by hand: what any server of Node could reach in one loop. */
await serve((plan) => {
  if (plan.transport === 'udp') return datagrams(plan.address);
  return listen(
    createServer({ allowHalfOpen: true }, (socket) => serveRaw(socket, plan.sizes)),
    plan,
  );
});

async function datagrams({ host, port }: InetAddress): Promise<Address> {
  const socket = createSocket('udp4');
  socket.on('message', (packet, from) => socket.send(upper(packet), from.port, from.address));
  socket.bind(port, host);
  await once(socket, 'listening');
  return { host, port: socket.address().port };
}
