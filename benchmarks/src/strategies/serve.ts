import { createInterface } from 'node:readline';
import { writeJsonLine } from '../lines.js';
import type { Address, ServerPlan } from '../protocol.js';

/**
 * The main program of a server process. `start` makes the server listen as the plan says; the rest is the
 * protocol with whoever started the process (see `ServerMessage`).
 */
export async function serve(start: (plan: ServerPlan) => Promise<Address>): Promise<void> {
  createInterface({ input: process.stdin })
    .on('line', collect)
    .on('close', () => process.exit());
  const address = await start(JSON.parse(process.argv[2] ?? '{}') as ServerPlan);
  writeJsonLine({ event: 'listening', address });
}

/** `collect` is the only command. */
function collect(): void {
  // The second run frees what finalizers of the first let go.
  globalThis.gc?.();
  globalThis.gc?.();
  writeJsonLine({ event: 'collected' });
}
