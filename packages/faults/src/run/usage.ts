import { kindsOfDescriptors, usageOfTree } from '../processes/process-tree.js';
import { TARGETS } from '../protocol.js';
import type { ClientHandle } from './client-handle.js';
import type { Usage } from './result.js';
import type { ServerHandle } from './server-handle.js';

const LOOK_EVERY_MS = 100;
/** More at once than a server here has workers: each goes to the one that has the fewest. */
const CLIENTS_FOR_ALL_WORKERS = 8;
/** Milliseconds for which each of them keeps its handler, so that all have one at the same time. */
const OVERLAP_MS = 200;

/** What is measured, and who asks its workers to give back memory. */
export interface Measured {
  readonly server: ServerHandle;
  readonly clients: ClientHandle;
}

/**
 * What the server uses when nothing runs any more.
 * @param settleMs - how long closed sockets, ended workers and the last requests may take to be gone
 */
export async function idleUsage({ server, clients }: Measured, settleMs: number): Promise<Usage> {
  await settled(settleMs, async () => {
    const stats = await server.allStats();
    return Object.values(stats).every(({ stats: { active } }) => active === 0);
  });
  const grownRssBytes = usageOfTree(server.pid).rssBytes;
  await workersGiveBack(clients, settleMs);
  const heapBytes = await server.heapBytes();
  return {
    ...usageOfTree(server.pid),
    grownRssBytes,
    heapBytes,
    kinds: kindsOfDescriptors(server.pid),
  };
}

/** The same, once it is no more than before, or when that has not come about in good time. */
export async function usageAfter(
  measured: Measured,
  { before, settleMs }: { before: Usage; settleMs: number },
): Promise<Usage> {
  const { server } = measured;
  const deadline = performance.now() + settleMs;
  const isMore = ({ fds, processes }: Pick<Usage, 'fds' | 'processes'>): boolean =>
    fds > before.fds || processes !== before.processes;
  let grownRssBytes = 0;
  for (;;) {
    await settled(deadline - performance.now(), () => Promise.resolve(!isMore(usageOfTree(server.pid))));
    const usage = await idleUsage(measured, settleMs);
    // A second look comes after memory was given back.
    grownRssBytes = Math.max(grownRssBytes, usage.grownRssBytes);
    // A worker that looks at its own memory has a file open for a moment.
    if (!isMore(usage) || performance.now() >= deadline) return { ...usage, grownRssBytes };
  }
}

/** In every thread and child; the server's own process does when it tells its heap. */
async function workersGiveBack(clients: ClientHandle, hungAfterMs: number): Promise<void> {
  const text = `give-back ${OVERLAP_MS}\n`;
  const ask = { do: 'send', text } as const;
  const answer = { do: 'readLine', expect: 'given back' } as const;
  const plan = {
    name: 'give back',
    count: CLIENTS_FOR_ALL_WORKERS,
    atOnce: CLIENTS_FOR_ALL_WORKERS,
    hungAfterMs,
  };
  for (const target of TARGETS) {
    const end = target === 'udp' ? [] : [{ do: 'halfClose' } as const, { do: 'untilEnd' } as const];
    await clients.run({ ...plan, target, steps: [ask, answer, ...end] });
  }
}

async function settled(settleMs: number, isSettled: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + settleMs;
  while (!(await isSettled()) && performance.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}
