import type { RoundTrial } from '../../measure/rounds.js';
import type { Spread } from '../../measure/statistics.js';
import type { Workload } from '../../workloads/index.js';
import type { Result, StrategyFacts } from '../result-file.js';
import type { Summary } from '../summary.js';
import { betterFirst } from '../metrics.js';

/** One strategy under one workload. */
export interface Entry {
  readonly strategy: StrategyFacts;
  readonly summary: Summary;
  /** The median and quartiles of what the workload compares. */
  readonly value: Spread;
  readonly trials: readonly RoundTrial[];
}

/** One workload, and everyone who did it, the best first. */
export interface Contest {
  readonly workload: Workload;
  readonly entries: readonly Entry[];
}

/** Workloads that nothing was measured of are left out. */
export function contestsOf(result: Result): Contest[] {
  return result.workloads
    .map((workload) => ({ workload, entries: entriesOf(result, workload) }))
    .filter(({ entries }) => entries.length > 0);
}

/** Those of this project, then the peers, each from best to worst: as charts show them. */
export function oursFirst({ entries }: Contest): Entry[] {
  return entries.toSorted((a, b) => Number(b.strategy.isOurs) - Number(a.strategy.isOurs));
}

function entriesOf({ strategies, summaries, trials }: Result, { name, metric }: Workload): Entry[] {
  const better = betterFirst(metric);
  return summaries
    .flatMap((summary) => {
      const { workload, value } = summary;
      const strategy = strategies.find((one) => one.name === summary.strategy);
      if (workload !== name || value === null || strategy === undefined) return [];
      const own = trials.filter((trial) => trial.workload === name && trial.strategy === strategy.name);
      return [{ strategy, summary, value, trials: own }];
    })
    .toSorted((a, b) => better(a.value.median, b.value.median));
}
