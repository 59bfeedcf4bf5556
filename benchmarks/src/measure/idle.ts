import { countsOf, type Subject } from './load.js';
import { LoadProcesses } from './load-processes.js';
import { childrenOf, usageOfTree } from './process-tree.js';
import type { ServerProcess } from './server-process.js';
import type { Measured } from './trial.js';

/** The same server without the connections and with them, both times without its garbage. */
export async function measureIdle({ server, workload, options, load }: Subject): Promise<Measured> {
  const { signal } = options;
  const plan = load(workload.load);
  // The first connections also pay for code and buffers that all later ones share.
  await using first = new LoadProcesses(
    { ...plan, connections: Math.ceil(plan.connections / 20) },
    1,
    signal,
  );
  await first.running();
  const before = await settledMemory(server);
  await using clients = new LoadProcesses(plan, workload.load.processes, signal);
  await clients.running();
  const after = await settledMemory(server);
  const result = await clients.measure(0);
  return {
    value: (after - before) / plan.connections,
    ...countsOf(result),
    cpuMicrosPerAnswer: null,
    cpuShare: null,
    loadCpuShare: null,
    memoryBytes: after,
    latency: null,
  };
}

async function settledMemory(server: ServerProcess): Promise<number> {
  server.say('collect');
  await server.hear('collected');
  for (const pid of childrenOf(server.pid)) {
    process.kill(pid, 'SIGUSR2');
    await server.hear('collected');
  }
  const usage = usageOfTree(server.pid);
  if (usage === undefined)
    throw new Error('Expected /proc to tell the memory of a process, got none; use Linux');
  return usage.memoryBytes;
}
