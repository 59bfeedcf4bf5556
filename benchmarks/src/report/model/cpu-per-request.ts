import type { Contest } from '../reading/contest.js';
import type { StrategyFacts } from '../result-file.js';
import { crossing, fitLine, type Line, type Point } from './line.js';

/** How one strategy's cost grows with what a request computes. Both lines are over the µs that a request computes. */
export interface CostOfWork {
  readonly strategy: StrategyFacts;
  /** CPU time for each answer, in µs: the intercept is what the strategy itself costs. Undefined: not measured. */
  readonly cpu: Line | undefined;
  /** Time between two answers of a server that is fully busy, in µs. */
  readonly interval: Line;
  /** The least and the most that a request computed, in µs. */
  readonly measured: { readonly from: number; readonly to: number };
}

/** From which work on one strategy answers more than another one. */
export interface BreakEven {
  readonly loop: StrategyFacts;
  readonly parallel: StrategyFacts;
  /** CPU time of a request, in µs; undefined: never, within the model. */
  readonly micros: number | undefined;
  /** Outside of it nothing was measured, in µs. */
  readonly measured: CostOfWork['measured'];
}

/** The workloads that differ only in what a request computes. */
export function worksOf(contests: readonly Contest[]): Contest[] {
  const works = contests.filter(({ workload }) => {
    const { metric, heavyMicros, load, beside, sweep } = workload;
    return (
      metric === 'per second' && heavyMicros !== undefined && !sweep && !beside && load.rate === undefined
    );
  });
  const shape = ({ workload }: Contest): string => JSON.stringify(workload.load);
  return works.filter((one) => shape(one) === shape(works[0]!));
}

export function costsOfWork(contests: readonly Contest[]): CostOfWork[] {
  const works = worksOf(contests);
  const strategies = new Map(
    works.flatMap(({ entries }) => entries.map(({ strategy }) => [strategy.name, strategy] as const)),
  );
  return [...strategies.values()].flatMap((strategy) => {
    const cpu: Point[] = [];
    const interval: Point[] = [];
    for (const { workload, entries } of works) {
      const entry = entries.find((one) => one.strategy.name === strategy.name);
      if (entry === undefined) continue;
      const x = workload.heavyMicros ?? NaN;
      const { cpuMicrosPerAnswer } = entry.summary;
      if (cpuMicrosPerAnswer !== null) cpu.push({ x, y: cpuMicrosPerAnswer.median });
      interval.push({ x, y: 1e6 / entry.value.median });
    }
    const line = fitLine(interval);
    if (line === undefined) return [];
    const micros = interval.map(({ x }) => x);
    const measured = { from: Math.min(...micros), to: Math.max(...micros) };
    return [{ strategy, cpu: fitLine(cpu), interval: line, measured }];
  });
}

/** A strategy that works on two CPUs at once needs half the time; this much less is more than a better loop. */
const PARALLEL = 0.8;

/** Each strategy of ours that works on several CPUs, beside `loop`. */
export function breakEvens(costs: readonly CostOfWork[], loop: string): BreakEven[] {
  const base = costs.find(({ strategy }) => strategy.name === loop);
  if (base === undefined) return [];
  return costs
    .filter(({ strategy, interval }) => strategy.isOurs && interval.slope < PARALLEL * base.interval.slope)
    .map(({ strategy, interval, measured }) => ({
      loop: base.strategy,
      parallel: strategy,
      micros: crossing(base.interval, interval),
      measured: {
        from: Math.max(measured.from, base.measured.from),
        to: Math.min(measured.to, base.measured.to),
      },
    }));
}
