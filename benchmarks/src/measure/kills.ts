import { setTimeout as sleep } from 'node:timers/promises';
import { latencyOf } from './latency.js';
import { countsOf, type Subject } from './load.js';
import { LoadProcesses } from './load-processes.js';
import { childrenOf } from './process-tree.js';
import type { Measured } from './trial.js';

const BETWEEN_KILLS_MS = 200;

/** Kills processes of the server under load, and counts how its clients end: answered, cut off, or hanging. */
export async function measureKills({ server, workload, options, load }: Subject): Promise<Measured> {
  const { signal } = options;
  await using clients = new LoadProcesses(load(workload.load), workload.load.processes, signal);
  await clients.running();
  await sleep(options.warmUpMs * (workload.warmUps ?? 1), undefined, { signal });
  const ms = workload.measureMs ?? options.measureMs;
  const measuring = clients.measure(ms);
  measuring.catch(() => {}); // it is waited for below
  let kills = 0;
  // The last one leaves time for its replacement: what is under way at the end is still waited for.
  for (let at = 0; at + BETWEEN_KILLS_MS < ms; at += BETWEEN_KILLS_MS) {
    await sleep(BETWEEN_KILLS_MS, undefined, { signal });
    if (killOne(childrenOf(server.pid))) kills++;
  }
  const result = await measuring;
  return {
    value: result.timedOut,
    ...countsOf(result),
    cpuMicrosPerAnswer: null,
    cpuShare: null,
    loadCpuShare: null,
    memoryBytes: null,
    latency: latencyOf(result),
    kills,
  };
}

function killOne(pids: readonly number[]): boolean {
  const pid = pids[Math.floor(Math.random() * pids.length)];
  try {
    return pid !== undefined && process.kill(pid, 'SIGKILL');
  } catch {
    return false; // it has just ended
  }
}
