import { setTimeout as sleep } from 'node:timers/promises';
import { Latencies } from '../load/latencies.js';
import type { LoadPlan, LoadResult } from '../protocol.js';
import type { Strategy } from '../strategies/index.js';
import type { Workload } from '../workloads/index.js';
import { LoadProcesses } from './load-processes.js';
import { usageOfTree } from './process-tree.js';
import { startServer, type ServerProcess } from './server-process.js';

/** How a trial is run. Times are milliseconds. */
export interface TrialOptions {
  /** Load that is not counted, for the compilers of both sides. */
  readonly warmUpMs: number;
  readonly measureMs: number;
  readonly timeoutMs: number;
  /** Worker threads or child processes of strategies that have any. */
  readonly workers: number;
  /** The binary of Node that runs the server. */
  readonly node: string;
  readonly profileTo?: string | undefined;
}

/** What one strategy did under one workload, once. */
export interface Trial {
  readonly workload: string;
  readonly strategy: string;
  /** What the workload compares: requests a second, or bytes a connection. */
  readonly value: number;
  readonly answered: number;
  readonly wrong: number;
  readonly timedOut: number;
  readonly failed: Readonly<Record<string, number>>;
  /** CPU time of the server's process tree for each answer, in microseconds; null where it cannot be had. */
  readonly cpuMicrosPerAnswer: number | null;
  /** The share of one CPU that the server used: below 1 it may have waited for the load. */
  readonly cpuShare: number | null;
  readonly rssBytes: number | null;
  /** In microseconds. */
  readonly latency: { readonly p50: number; readonly p99: number } | null;
}

/** Starts a server and its load, measures, and ends both. */
export async function runTrial(
  strategy: Strategy,
  workload: Workload,
  options: TrialOptions,
): Promise<Trial> {
  const { node, profileTo, workers } = options;
  const plan = { transport: workload.transport, style: strategy.style, workers };
  const flags = workload.connection === 'idle' ? FIXED_YOUNG_GENERATION : [];
  await using server = startServer({ strategy, plan, node, flags, profileTo });
  const { address } = await server.hear('listening');
  const load: LoadPlan = { ...workload, address, timeoutMs: options.timeoutMs };
  return workload.connection === 'idle'
    ? await measureIdle(server, load, { strategy, workload })
    : await measureLoad(server, load, { strategy, workload, options });
}

/**
 * V8's young generation grows up to 32 MB with how much is allocated while connections come in, and stays: a cost
 * of the process, which would be counted as one of each connection.
 */
const FIXED_YOUNG_GENERATION = ['--max-semi-space-size=1'];

interface Subject {
  readonly strategy: Strategy;
  readonly workload: Workload;
}

async function measureLoad(
  server: ServerProcess,
  plan: LoadPlan,
  { strategy, workload, options }: Subject & { options: TrialOptions },
): Promise<Trial> {
  await using load = new LoadProcesses(plan, workload.loadProcesses);
  await load.running();
  await sleep(options.warmUpMs);
  const startedAt = performance.now();
  const before = usageOfTree(server.pid);
  const measuring = load.measure(options.measureMs);
  await sleep(options.measureMs);
  const after = usageOfTree(server.pid);
  const spanMs = performance.now() - startedAt;
  const result = await measuring;
  const cpuMs = before === undefined || after === undefined ? null : after.cpuMs - before.cpuMs;
  return {
    workload: workload.name,
    strategy: strategy.name,
    value: (result.answered / result.elapsedMs) * 1_000,
    ...countsOf(result),
    cpuMicrosPerAnswer: cpuMs === null ? null : (cpuMs * 1_000) / result.answered,
    cpuShare: cpuMs === null ? null : cpuMs / spanMs,
    rssBytes: after?.rssBytes ?? null,
    latency: latencyOf(result),
  };
}

/** The same server without the connections and with them, both times without its garbage. */
async function measureIdle(
  server: ServerProcess,
  plan: LoadPlan,
  { strategy, workload }: Subject,
): Promise<Trial> {
  // The first connections also pay for code and buffers that all later ones share.
  await using first = new LoadProcesses({ ...plan, connections: Math.ceil(plan.connections / 20) }, 1);
  await first.running();
  const before = await settledMemory(server);
  await using load = new LoadProcesses(plan, workload.loadProcesses);
  await load.running();
  const after = await settledMemory(server);
  const counts = countsOf(await load.measure(0));
  return {
    workload: workload.name,
    strategy: strategy.name,
    value: (after - before) / plan.connections,
    ...counts,
    cpuMicrosPerAnswer: null,
    cpuShare: null,
    rssBytes: after,
    latency: null,
  };
}

async function settledMemory(server: ServerProcess): Promise<number> {
  server.say('collect');
  await server.hear('collected');
  const usage = usageOfTree(server.pid);
  if (usage === undefined)
    throw new Error('Expected /proc to tell the memory of a process, got none; use Linux');
  return usage.rssBytes;
}

function countsOf({
  answered,
  wrong,
  timedOut,
  failed,
}: LoadResult): Pick<Trial, 'answered' | 'wrong' | 'timedOut' | 'failed'> {
  return { answered, wrong, timedOut, failed };
}

function latencyOf(result: LoadResult): Trial['latency'] {
  if (result.answered === 0) return null;
  const latencies = new Latencies();
  latencies.merge(result.latencies);
  return { p50: latencies.percentile(50), p99: latencies.percentile(99) };
}
