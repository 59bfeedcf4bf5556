import type { Contest, Entry } from './contest.js';
import type { StrategyFacts } from '../result-file.js';

/** What a sweep changes. */
export type SweepOf = 'connections' | 'workers';

/** One strategy along a sweep. */
export interface Curve {
  readonly strategy: StrategyFacts;
  /** In the order of what is changed. */
  readonly points: readonly { readonly at: number; readonly entry: Entry }[];
}

/** Workloads that differ in one number only. */
export interface Sweep {
  readonly of: SweepOf;
  readonly contests: readonly Contest[];
  readonly curves: readonly Curve[];
}

/** @returns undefined where fewer than two points were measured: they make no curve */
export function sweepOf(contests: readonly Contest[], of: SweepOf): Sweep | undefined {
  const points = contests
    .filter(({ workload }) => workload.sweep?.of === of)
    .toSorted((a, b) => positionOf(a) - positionOf(b));
  if (points.length < 2) return undefined;
  const strategies = new Map(
    points.flatMap(({ entries }) => entries.map(({ strategy }) => [strategy.name, strategy] as const)),
  );
  const curves = [...strategies.values()].map((strategy) => ({ strategy, points: along(points, strategy) }));
  return { of, contests: points, curves };
}

function along(contests: readonly Contest[], { name }: StrategyFacts): Curve['points'] {
  return contests.flatMap((contest) =>
    contest.entries
      .filter(({ strategy }) => strategy.name === name)
      .map((entry) => ({ at: positionOf(contest), entry })),
  );
}

function positionOf({ workload }: Contest): number {
  return workload.sweep?.at ?? NaN;
}
