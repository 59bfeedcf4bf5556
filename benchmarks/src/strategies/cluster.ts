import cluster from 'node:cluster';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { serveUpper } from '../handlers/upper.js';
import type { Address, ServerPlan } from '../protocol.js';
import { serve } from './serve.js';

/** `node:cluster` as its documentation shows it. */
if (cluster.isPrimary) {
  await serve(async ({ workers }: ServerPlan): Promise<Address> => {
    const children = Array.from({ length: workers }, () => cluster.fork());
    const addresses = await Promise.all(
      children.map(async (child) => ((await once(child, 'listening')) as [AddressInfo])[0]),
    );
    return { host: '127.0.0.1', port: addresses[0]!.port };
  });
} else {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => socket.destroy());
    serveUpper(socket, () => socket.end());
  });
  server.listen({ host: '127.0.0.1', port: 0, backlog: 1_024 });
}
