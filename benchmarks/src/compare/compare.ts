import { isDifference } from '../measure/least-difference.js';
import type { RoundTrial } from '../measure/rounds.js';
import { shareAbove, spreadOf, type Spread } from '../measure/statistics.js';
import { moreIsBetter, type Metric, type Workload } from '../workloads/index.js';
import { isSameLoad } from './same-load.js';

/** How one strategy under one workload has changed from an earlier run. */
export interface Change {
  readonly workload: string;
  readonly strategy: string;
  readonly before: Spread;
  readonly after: Spread;
  /** After to before, of the medians. */
  readonly ratio: number;
  readonly verdict: 'better' | 'worse' | 'within the noise';
}

/** This run beside an earlier one. */
export interface Comparison {
  /** The earlier run's result. */
  readonly file: string;
  readonly startedAt: string;
  /** What else was different, in words: the changes may come from that. */
  readonly differences: readonly string[];
  readonly changes: readonly Change[];
}

/** What is compared of a run. */
interface Run {
  readonly trials: readonly RoundTrial[];
  readonly workloads: readonly Workload[];
}

/** Of all pairs of a round then and a round now, so many must agree which is better. */
const AGREEMENT = 0.95;

/** Compares what both have under the same load, in the order of the later one. */
export function compareResults(before: Run, after: Run): Change[] {
  return after.workloads.flatMap((workload) => {
    const { name, metric } = workload;
    if (!before.workloads.some((old) => isSameLoad(old, workload))) return [];
    const strategies = new Set(
      after.trials.filter((trial) => trial.workload === name).map((one) => one.strategy),
    );
    return [...strategies].flatMap((strategy) => {
      const [old, now] = [before, after].map((run) => valuesOf(run, name, strategy));
      const [oldSpread, nowSpread] = [spreadOf(old!), spreadOf(now!)];
      if (oldSpread === null || nowSpread === null) return [];
      const ratio = nowSpread.median / oldSpread.median;
      const verdict = verdictOf(metric, { old: old!, now: now!, ratio });
      return [{ workload: name, strategy, before: oldSpread, after: nowSpread, ratio, verdict }];
    });
  });
}

function valuesOf({ trials }: Run, workload: string, strategy: string): number[] {
  return trials
    .filter((trial) => trial.workload === workload && trial.strategy === strategy)
    .map(({ value }) => value)
    .filter((value) => Number.isFinite(value));
}

function verdictOf(
  metric: Metric,
  { old, now, ratio }: { old: readonly number[]; now: readonly number[]; ratio: number },
): Change['verdict'] {
  const above = shareAbove(now, old);
  const isNoise = above < AGREEMENT && above > 1 - AGREEMENT;
  if (isNoise || Number.isNaN(ratio) || !isDifference(ratio)) return 'within the noise';
  return above >= AGREEMENT === moreIsBetter(metric) ? 'better' : 'worse';
}
