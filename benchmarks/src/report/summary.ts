import { PERCENTILES, type LatencyPercentiles } from '../measure/latency.js';
import { ratiosOf, type Figure } from '../measure/ratios.js';
import type { RoundTrial } from '../measure/rounds.js';
import { spreadOf, type Spread } from '../measure/statistics.js';

/** All rounds of one strategy under one workload. */
export interface Summary {
  readonly workload: string;
  readonly strategy: string;
  readonly rounds: number;
  readonly value: Spread | null;
  /** To the baseline, each round's to its own; null for the baseline itself. */
  readonly ratio: Spread | null;
  /** CPU time for each answer, to the baseline's: less is better. */
  readonly cpuRatio: Spread | null;
  readonly cpuMicrosPerAnswer: Spread | null;
  readonly cpuShare: Spread | null;
  readonly loadCpuShare: Spread | null;
  readonly memoryBytes: Spread | null;
  readonly listenMs: Spread | null;
  /** Of the rounds' percentiles, in microseconds. */
  readonly p50: Spread | null;
  readonly p99: Spread | null;
  readonly latency: Readonly<Record<keyof LatencyPercentiles, Spread>> | null;
  /** In all rounds. */
  readonly answered: number;
  readonly wrong: number;
  readonly timedOut: number;
  readonly failed: Readonly<Record<string, number>>;
  readonly kills: number;
  /** Answers that were wrong, late or missing, in all rounds. */
  readonly errors: number;
}

/** Sums up the rounds, in the order in which workloads and strategies first appear. */
export function summarize(trials: readonly RoundTrial[], baseline: string): Summary[] {
  const groups = new Map<string, RoundTrial[]>();
  for (const trial of trials) {
    const key = `${trial.workload} ${trial.strategy}`;
    groups.set(key, [...(groups.get(key) ?? []), trial]);
  }
  return [...groups.values()].map((group) => {
    const { strategy, workload } = group[0]!;
    const base = strategy === baseline ? undefined : groups.get(`${workload} ${baseline}`);
    return summaryOf(group, base);
  });
}

function summaryOf(group: readonly RoundTrial[], base: readonly RoundTrial[] | undefined): Summary {
  const { workload, strategy } = group[0]!;
  const sum = (count: (trial: RoundTrial) => number): number =>
    group.reduce((total, trial) => total + count(trial), 0);
  const failed: Record<string, number> = {};
  for (const trial of group) {
    for (const [code, count] of Object.entries(trial.failed)) failed[code] = (failed[code] ?? 0) + count;
  }
  return {
    workload,
    strategy,
    rounds: group.length,
    value: spread(group, ({ value }) => value),
    ratio: base === undefined ? null : ratiosOf(group, base, ({ value }) => value),
    cpuRatio: base === undefined ? null : ratiosOf(group, base, (trial) => trial.cpuMicrosPerAnswer),
    cpuMicrosPerAnswer: spread(group, (trial) => trial.cpuMicrosPerAnswer),
    cpuShare: spread(group, ({ cpuShare }) => cpuShare),
    loadCpuShare: spread(group, ({ loadCpuShare }) => loadCpuShare),
    memoryBytes: spread(group, ({ memoryBytes }) => memoryBytes),
    listenMs: spread(group, ({ listenMs }) => listenMs),
    p50: spread(group, ({ latency }) => latency?.p50),
    p99: spread(group, ({ latency }) => latency?.p99),
    latency: latencySpread(group),
    answered: sum(({ answered }) => answered),
    wrong: sum(({ wrong }) => wrong),
    timedOut: sum(({ timedOut }) => timedOut),
    failed,
    kills: sum(({ kills = 0 }) => kills),
    errors: sum(errorsOf),
  };
}

function latencySpread(group: readonly RoundTrial[]): Summary['latency'] {
  const spreads = PERCENTILES.map((name) => [name, spread(group, ({ latency }) => latency?.[name])] as const);
  if (spreads.some(([, one]) => one === null)) return null;
  return Object.fromEntries(spreads) as Record<keyof LatencyPercentiles, Spread>;
}

function spread(group: readonly RoundTrial[], figure: Figure): Spread | null {
  return spreadOf(group.map(figure).filter((value) => Number.isFinite(value)) as number[]);
}

function errorsOf({ wrong, timedOut, failed }: RoundTrial): number {
  return wrong + timedOut + Object.values(failed).reduce((sum, count) => sum + count, 0);
}
