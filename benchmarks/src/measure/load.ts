import { setTimeout as sleep } from 'node:timers/promises';
import type { LoadPlan, LoadResult } from '../protocol.js';
import type { LoadShape, Workload } from '../workloads/index.js';
import { latencyOf } from './latency.js';
import { LoadProcesses } from './load-processes.js';
import { usageOfTree } from './process-tree.js';
import type { ServerProcess } from './server-process.js';
import type { Measured, TrialOptions } from './trial.js';

/** What every kind of measuring is given. */
export interface Subject {
  readonly server: ServerProcess;
  readonly workload: Workload;
  readonly options: TrialOptions;
  /** What a load process is told, but for its share of the load. */
  readonly load: (shape: LoadShape) => LoadPlan;
}

/** Counts what is answered in a while, and what that costs the server. */
export async function measureLoad({ server, workload, options, load }: Subject): Promise<Measured> {
  const { signal } = options;
  await using clients = new LoadProcesses(load(workload.load), workload.load.processes, signal);
  await using others = beside();
  await clients.running();
  await others?.running();
  await sleep(options.warmUpMs * (workload.warmUps ?? 1), undefined, { signal });
  const ms = workload.measureMs ?? options.measureMs;
  const startedAt = performance.now();
  const before = usageOfTree(server.pid);
  const measuring = Promise.all([clients.measure(ms), others?.measure(ms)]);
  measuring.catch(() => {}); // it is waited for below
  await sleep(ms, undefined, { signal });
  const after = usageOfTree(server.pid);
  const spanMs = performance.now() - startedAt;
  const [result, otherResult] = await measuring;
  const cpuMs = before === undefined || after === undefined ? null : after.cpuMs - before.cpuMs;
  const latency = latencyOf(result);
  const answered = result.answered + (otherResult?.answered ?? 0);
  return {
    value:
      workload.metric === 'µs p99' ? (latency?.p99 ?? NaN) : (result.answered / result.elapsedMs) * 1_000,
    ...countsOf(result, otherResult),
    cpuMicrosPerAnswer: cpuMs === null || answered === 0 ? null : (cpuMs * 1_000) / answered,
    cpuShare: cpuMs === null ? null : cpuMs / spanMs,
    loadCpuShare: (result.cpuMs + (otherResult?.cpuMs ?? 0)) / result.elapsedMs,
    memoryBytes: after?.memoryBytes ?? null,
    latency,
  };

  function beside(): LoadProcesses | undefined {
    const shape = workload.beside;
    return shape && new LoadProcesses(load(shape), shape.processes, signal);
  }
}

/** Answers of the load that is measured, and what went wrong in both. */
export function countsOf(
  { answered, wrong, timedOut, failed }: LoadResult,
  beside?: LoadResult,
): Pick<Measured, 'answered' | 'wrong' | 'timedOut' | 'failed'> {
  return {
    answered,
    wrong: wrong + (beside?.wrong ?? 0),
    timedOut: timedOut + (beside?.timedOut ?? 0),
    failed: { ...beside?.failed, ...failed },
  };
}
