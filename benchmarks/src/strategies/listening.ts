import { once } from 'node:events';
import type { Server } from 'node:net';
import type { Address, ServerPlan } from '../protocol.js';

/** Connections that the kernel keeps: as many as the servers of this project ask for. */
const BACKLOG = 1_024;

/** Makes a server of `node:net` listen. */
export async function listen(server: Server, { address }: Pick<ServerPlan, 'address'>): Promise<Address> {
  server.listen({ ...address, backlog: BACKLOG });
  await once(server, 'listening');
  const bound = server.address();
  if (bound === null || typeof bound === 'string') return { path: bound ?? '' };
  return { host: bound.address, port: bound.port };
}
