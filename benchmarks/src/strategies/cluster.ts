import cluster from 'node:cluster';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { serveRaw } from '../handlers/upper.js';
import type { Address, ServerPlan } from '../protocol.js';
import { collectWhenAsked } from './garbage.js';
import { listen } from './listening.js';
import { serve } from './serve.js';

/** `node:cluster` as its documentation shows it: a worker that has died is replaced. */
if (cluster.isPrimary) {
  await serve(async ({ workers, address }): Promise<Address> => {
    cluster.on('exit', () => cluster.fork());
    const children = Array.from({ length: workers }, () => cluster.fork());
    const bound = await Promise.all(
      children.map(async (child) => ((await once(child, 'listening')) as [AddressInfo])[0]),
    );
    return 'path' in address ? address : { host: address.host, port: bound[0]!.port };
  });
} else {
  // Workers have the arguments of the primary.
  const plan = JSON.parse(process.argv[2] ?? '{}') as ServerPlan;
  collectWhenAsked();
  await listen(
    createServer({ allowHalfOpen: true }, (socket) => serveRaw(socket, plan.sizes)),
    plan,
  );
}
