import { createInterface } from 'node:readline';
import { writeJsonLine } from '../lines.js';
import type { Address, ServerPlan } from '../protocol.js';
import { collectGarbage } from './garbage.js';

export interface ServeOptions {
  /** Frees the garbage of the workers. */
  readonly collectInWorkers?: (plan: ServerPlan) => Promise<void>;
}

/**
 * The main program of a server process. `start` makes the server listen as the plan says; the rest is the
 * protocol with whoever started the process (see `ServerMessage`).
 */
export async function serve(
  start: (plan: ServerPlan) => Promise<Address>,
  { collectInWorkers }: ServeOptions = {},
): Promise<void> {
  const plan = JSON.parse(process.argv[2] ?? '{}') as ServerPlan;
  createInterface({ input: process.stdin })
    .on('line', () => void collect()) // the only command
    .on('close', () => process.exit());
  const startedAt = performance.now();
  const address = await start(plan);
  writeJsonLine({ event: 'listening', address, listenMs: performance.now() - startedAt });

  async function collect(): Promise<void> {
    collectGarbage();
    await collectInWorkers?.(plan);
    writeJsonLine({ event: 'collected' });
  }
}
