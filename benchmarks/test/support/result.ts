import type { LatencyPercentiles } from '../../dist/measure/latency.js';
import type { RoundTrial } from '../../dist/measure/rounds.js';
import type { Result } from '../../dist/report/result-file.js';
import { summarize } from '../../dist/report/summary.js';
import { STRATEGIES } from '../../dist/strategies/index.js';
import { WORKLOADS, type Workload } from '../../dist/workloads/index.js';
import { trialOf } from './trials.js';

/** What a strategy did under a workload, round by round: what it is told, and what it may leave out. */
export type Measured = Readonly<Record<string, Readonly<Record<string, readonly Figures[]>>>>;

type Figures = number | (Partial<RoundTrial> & { readonly value: number });

/** A result as a run would write it, of these figures: workload → strategy → rounds. */
export function resultOf(measured: Measured, changes: Partial<Result> = {}): Result {
  const trials = Object.entries(measured).flatMap(([workload, byStrategy]) =>
    Object.entries(byStrategy).flatMap(([strategy, rounds]) =>
      rounds.map((figures, round) => {
        const given = typeof figures === 'number' ? { value: figures } : figures;
        return trialOf({ workload, strategy, round, answered: 100, ...given });
      }),
    ),
  );
  const names = new Set(trials.map(({ strategy }) => strategy));
  return {
    format: 1,
    startedAt: '2026-01-02T03:04:05.678Z',
    finishedAt: '2026-01-02T03:14:05.678Z',
    isInterrupted: false,
    argv: [],
    machine: {
      cpus: 4,
      cpuModel: 'A processor <made> for & by tests',
      memoryBytes: 8e9,
      system: 'Linux 6',
      node: 'v20.20.2',
      versions: { node: '20.20.2' },
      loadNode: 'v20.20.2',
      python: null,
      hashBytesPerMicro: 1_000,
      busyShare: 0.01,
    },
    method: { rounds: 5, warmUpMs: 250, measureMs: 500, workers: 4, quick: false },
    baseline: 'raw',
    workloads: Object.keys(measured).map(workloadNamed),
    strategies: STRATEGIES.filter(({ name }) => names.has(name)).map(({ name, title, isOurs, runtime }) => ({
      name,
      title,
      isOurs,
      runtime,
    })),
    skipped: [],
    summaries: summarize(trials, 'raw'),
    trials,
    targets: [],
    ...changes,
  };
}

/** Five rounds around a figure, whose median it is, and whose quartiles lie `share` away. */
export function around(value: number, share = 0.01): number[] {
  return [1, 1 - share, 1 + share, 1 - 2 * share, 1 + 2 * share].map((factor) => value * factor);
}

function workloadNamed(name: string): Workload {
  const workload = WORKLOADS.find((one) => one.name === name);
  if (workload === undefined) throw new Error(`Expected a workload of the tool, got '${name}'`);
  return workload;
}

/** In microseconds. */
export function latency(p50: number): LatencyPercentiles {
  return { p50, p75: p50 * 1.2, p90: p50 * 2, p99: p50 * 5, p999: p50 * 12, max: p50 * 30 };
}
