// A program that listens as root, becomes another user, answers until it is told to end, and tells how its server closed.
import { once } from 'node:events';
import type { CloseReport, ServerAddress } from '@socketserver/core';
import type { ServerConstructor } from '../composition.js';

export interface DroppingOrder {
  /** The module that exports the server, and its name there. */
  readonly module: string;
  readonly name: string;
  readonly address: ServerAddress;
  readonly handler: string;
  readonly fields: object;
  /** The user and the group that it becomes. */
  readonly user: number;
}

export interface Closed {
  readonly report: CloseReport;
  readonly state: string;
  /** Codes of what `handleError` got. */
  readonly codes: unknown[];
}

const order = JSON.parse(process.argv[2] ?? '') as DroppingOrder;
const servers = (await import(order.module)) as Record<string, ServerConstructor>;
const Server = servers[order.name];
if (Server === undefined) throw new Error(`Expected ${order.module} to export ${order.name}`);
const server = Object.assign(new Server(order.address, new URL(order.handler)), order.fields);
const codes: unknown[] = [];
server.handleError = (error) => void codes.push((error as { code?: unknown }).code);
await server.listen();
const loop = server.serveForever();
process.setgid?.(order.user);
process.setuid?.(order.user);
process.send?.(server.serverAddress);
await once(process, 'message');
const report = await server.close();
await loop;
process.send?.({ report, state: server.state, codes } satisfies Closed);
process.disconnect();
