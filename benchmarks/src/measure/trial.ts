import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Binding, LoadPlan, LoadRequest, ServerPlan, Transport } from '../protocol.js';
import type { Strategy } from '../strategies/index.js';
import type { LoadShape, Workload } from '../workloads/index.js';
import { measureIdle } from './idle.js';
import { measureKills } from './kills.js';
import { measureLoad } from './load.js';
import { listening, startServer } from './server-process.js';
import type { LatencyPercentiles } from './latency.js';

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
  /** Bytes that this machine hashes in a microsecond. */
  readonly hashBytesPerMicro: number;
  readonly profileTo?: string | undefined;
  /** A handler's module to serve with, in place of those of the tool; and what it is asked. */
  readonly subject?: { readonly handler: string; readonly request: LoadRequest } | undefined;
  /** Ends the trial at once; it rejects then. */
  readonly signal?: AbortSignal | undefined;
}

/** What one strategy did under one workload, once. */
export interface Trial {
  readonly workload: string;
  readonly strategy: string;
  /** What the workload compares: its `metric`. */
  readonly value: number;
  readonly answered: number;
  readonly wrong: number;
  readonly timedOut: number;
  readonly failed: Readonly<Record<string, number>>;
  /** CPU time of the server's process tree for each answer, in microseconds; null where it cannot be had. */
  readonly cpuMicrosPerAnswer: number | null;
  /** The CPUs that the server used, 1 being one of them: with less than it could use it may have waited for the load. */
  readonly cpuShare: number | null;
  /** The CPUs that the load used, which the server did not have. */
  readonly loadCpuShare: number | null;
  /** Of the server's process tree; pages that are shared count once, where the kernel tells. */
  readonly memoryBytes: number | null;
  /** Until the server listened. */
  readonly listenMs: number;
  readonly latency: LatencyPercentiles | null;
  /** Processes of the server that were killed. */
  readonly kills?: number;
}

/** What a kind of workload measures; the rest of a Trial is the same for all. */
export type Measured = Omit<Trial, 'workload' | 'strategy' | 'listenMs'>;

/** How long a heavy request computes if its workload does not say. */
const HEAVY_MICROS = 200;
const WAIT_MS = 10;
const LARGE_ANSWER_BYTES = 1_000_000;

/** Starts a server and its load, measures, and ends both. */
export async function runTrial(
  strategy: Strategy,
  workload: Workload,
  options: TrialOptions,
): Promise<Trial> {
  using folder = socketFolder();
  const plan: ServerPlan = {
    ...bindingOf(workload.load.transport, folder.path),
    ...serverPlan(strategy, workload, options),
  };
  await using server = startServer({ strategy, plan, kind: workload.kind, options });
  const { address, listenMs } = await listening(server);
  const load = (shape: LoadShape): LoadPlan => ({
    ...shape,
    address,
    request: options.subject?.request ?? { work: shape.work, answerBytes: LARGE_ANSWER_BYTES },
    timeoutMs: workload.timeoutMs ?? options.timeoutMs,
  });
  const measured = await measure();
  return { workload: workload.name, strategy: strategy.name, listenMs, ...measured };

  function measure(): Promise<Measured> {
    switch (workload.kind) {
      case 'load':
        return measureLoad({ server, workload, options, load });
      case 'idle':
        return measureIdle({ server, workload, options, load });
      case 'kills':
        return measureKills({ server, workload, options, load });
      case 'listen':
        return Promise.resolve({ ...NOTHING, value: listenMs });
    }
  }
}

/** A trial in which nothing was asked. */
const NOTHING = {
  answered: 0,
  wrong: 0,
  timedOut: 0,
  failed: {},
  cpuMicrosPerAnswer: null,
  cpuShare: null,
  loadCpuShare: null,
  memoryBytes: null,
  latency: null,
} as const;

function serverPlan(
  strategy: Strategy,
  workload: Workload,
  options: TrialOptions,
): Omit<ServerPlan, keyof Binding> {
  const { heavyMicros = HEAVY_MICROS, requestsPerWorker, maxRequestsPerWorker } = workload;
  return {
    style: strategy.style,
    workers: workload.workers ?? options.workers,
    sizes: {
      hashBytes: Math.round(heavyMicros * options.hashBytesPerMicro),
      waitMs: WAIT_MS,
      answerBytes: LARGE_ANSWER_BYTES,
    },
    ...(requestsPerWorker === undefined ? {} : { requestsPerWorker }),
    ...(maxRequestsPerWorker === undefined ? {} : { maxRequestsPerWorker }),
    ...(options.subject === undefined ? {} : { handler: options.subject.handler }),
  };
}

function bindingOf(transport: Transport, folder: string): Binding {
  if (transport === 'unix') return { transport, address: { path: join(folder, 'socket') } };
  return { transport, address: { host: '127.0.0.1', port: 0 } };
}

/** Where the socket of a Unix server is, and nothing else. */
function socketFolder(): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), 'socketserver-bench-'));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}
