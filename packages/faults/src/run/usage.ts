import { kindsOfDescriptors, usageOfTree } from '../processes/process-tree.js';
import type { Usage } from './result.js';
import type { ServerHandle } from './server-handle.js';

const LOOK_EVERY_MS = 100;

/**
 * What the server uses when nothing runs any more.
 * @param settleMs - how long closed sockets, ended workers and the last requests may take to be gone
 */
export async function idleUsage(server: ServerHandle, settleMs: number): Promise<Usage> {
  await settled(settleMs, async () => {
    const stats = await server.allStats();
    return Object.values(stats).every(({ stats: { active } }) => active === 0);
  });
  const heapBytes = await server.heapBytes();
  return { ...usageOfTree(server.pid), heapBytes, kinds: kindsOfDescriptors(server.pid) };
}

/** The same, once it is no more than before, or when that has not come about in good time. */
export async function usageAfter(
  server: ServerHandle,
  { before, settleMs }: { before: Usage; settleMs: number },
): Promise<Usage> {
  const deadline = performance.now() + settleMs;
  const isMore = ({ fds, processes }: Pick<Usage, 'fds' | 'processes'>): boolean =>
    fds > before.fds || processes !== before.processes;
  for (;;) {
    await settled(deadline - performance.now(), () => Promise.resolve(!isMore(usageOfTree(server.pid))));
    const usage = await idleUsage(server, settleMs);
    // A worker that looks at its own memory has a file open for a moment.
    if (!isMore(usage) || performance.now() >= deadline) return usage;
  }
}

async function settled(settleMs: number, isSettled: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + settleMs;
  while (!(await isSettled()) && performance.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}
