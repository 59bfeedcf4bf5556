// A program of node:cluster: two workers, each with the server that the argument describes. It tells what became of
// each `listen()`, and when it is told to end, how each worker ended.
import cluster, { type Worker } from 'node:cluster';
import { once } from 'node:events';
import type { BoundAddress, ServerAddress } from '@socketserver/core';
import type { AnyServer, ServerConstructor } from '../composition.js';

export interface ClusterOrder {
  readonly policy: 'round-robin' | 'none';
  /** The module that exports the server, and its name there. */
  readonly module: string;
  readonly name: string;
  readonly address: ServerAddress;
  readonly fields: Partial<AnyServer>;
  readonly handler: string;
}

/** What became of a worker's `listen()`. */
export type Listening =
  | { readonly address: BoundAddress }
  | { readonly code: unknown; readonly message: string };

const WORKERS = 2;
const order = JSON.parse(process.argv[2] ?? '') as ClusterOrder;

await (cluster.isPrimary ? lead() : serve());

async function lead(): Promise<void> {
  process.once('disconnect', () => process.exit()); // a test that hung does not leave it behind
  cluster.schedulingPolicy = order.policy === 'none' ? cluster.SCHED_NONE : cluster.SCHED_RR;
  const workers: Worker[] = [];
  const results: unknown[] = [];
  // One after the other: the first one has the address.
  for (let count = 0; count < WORKERS; count++) {
    const worker = cluster.fork();
    workers.push(worker);
    results.push(...((await once(worker, 'message')) as unknown[]).slice(0, 1));
  }
  process.send?.(results);
  await once(process, 'message');
  const exits = workers.map((worker) => once(worker, 'exit') as Promise<unknown[]>);
  for (const worker of workers) worker.send('end');
  process.send?.((await Promise.all(exits)).map(([code]) => code));
  process.disconnect();
}

async function serve(): Promise<void> {
  const servers = (await import(order.module)) as Record<string, ServerConstructor>;
  const Server = servers[order.name];
  if (Server === undefined) throw new Error(`Expected ${order.module} to export ${order.name}`);
  const server = Object.assign(new Server(order.address, new URL(order.handler)), order.fields);
  const ended = once(process, 'message');
  let isListening = false;
  try {
    await server.listen();
    isListening = true;
    process.send?.({ address: server.serverAddress } satisfies Listening);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    process.send?.({ code, message } satisfies Listening);
  }
  const loop = isListening ? server.serveForever() : undefined;
  await ended;
  await server.close();
  await loop;
  cluster.worker?.disconnect();
}
