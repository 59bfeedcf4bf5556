import type { NetConnectOpts } from 'node:net';
import type { LoadPlan } from '../protocol.js';
import { ConnectionPerRequest } from './connection-per-request.js';
import type { Conversation } from './conversation.js';
import { Datagrams } from './datagrams.js';
import { KeptConnection } from './kept-connection.js';

/** Connections that are opened at once: fewer than any server's backlog. */
const BATCH = 100;

/** Opens the conversations of a plan. */
export async function openConversations(plan: LoadPlan): Promise<Conversation[]> {
  const conversations = Array.from({ length: plan.connections }, () => conversation(plan));
  for (let i = 0; i < conversations.length; i += BATCH) {
    await Promise.all(conversations.slice(i, i + BATCH).map((one) => one.open()));
  }
  return conversations;
}

function conversation({ address, transport, connection }: LoadPlan): Conversation {
  if (transport === 'udp') {
    if (!('port' in address)) throw new Error(`Expected a host and port for datagrams, got ${address.path}`);
    return new Datagrams(address);
  }
  const target = { ...address, allowHalfOpen: true } satisfies NetConnectOpts;
  return connection === 'per request' ? new ConnectionPerRequest(target) : new KeptConnection(target);
}
