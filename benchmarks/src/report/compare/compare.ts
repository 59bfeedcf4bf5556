import type { Spread } from '../../measure/statistics.js';
import { moreIsBetter, type Workload } from '../../workloads/index.js';
import { contestsOf, type Entry } from '../reading/contest.js';
import { noiseRange } from '../reading/noise.js';
import type { Result } from '../result-file.js';

/** Two results, strategy by strategy. */
export interface Comparison {
  readonly earlier: Result;
  readonly later: Result;
  readonly changes: readonly Change[];
}

/** What became of one strategy under one workload. */
export interface Change {
  readonly workload: Workload;
  readonly strategy: string;
  readonly before: Spread;
  readonly after: Spread;
  /** After to before. Null where nothing can be divided. */
  readonly times: number | null;
  /**
   * - better, worse: beyond the noise, so that half of the rounds of the one lie apart from half of the other's
   * - same: not beyond it
   * - unknown: too few rounds to tell
   */
  readonly verdict: 'better' | 'worse' | 'same' | 'unknown';
}

/** Workloads count as the same if they ask for the same: what they are called is not enough. */
export function compareResults(earlier: Result, later: Result): Comparison {
  const old = contestsOf(earlier);
  const changes = contestsOf(later).flatMap(({ workload, entries }) => {
    const same = old.find((contest) => demandOf(contest.workload) === demandOf(workload));
    return entries.flatMap((after) => {
      const before = same?.entries.find(({ strategy }) => strategy.name === after.strategy.name);
      return before === undefined ? [] : [changeOf(workload, before, after)];
    });
  });
  return { earlier, later, changes };
}

function changeOf(workload: Workload, before: Entry, after: Entry): Change {
  return {
    workload,
    strategy: after.strategy.name,
    before: before.value,
    after: after.value,
    times: before.value.median === 0 ? null : after.value.median / before.value.median,
    verdict: verdictOf(workload, before, after),
  };
}

/** The rounds of two runs are no pairs, as those of one run are: what the machine did then, it does not do now. */
function verdictOf({ metric }: Workload, before: Entry, after: Entry): Change['verdict'] {
  const [old, now] = [rangeOf(before), rangeOf(after)];
  if (old === undefined || now === undefined) return 'unknown';
  if (now.low <= old.high && old.low <= now.high) return 'same';
  return now.low > old.high === moreIsBetter(metric) ? 'better' : 'worse';
}

function rangeOf({ trials }: Entry): ReturnType<typeof noiseRange> {
  return noiseRange(trials.map(({ value }) => value).filter((value) => Number.isFinite(value)));
}

function demandOf({ title: _, quick: __, strategies: ___, ...demand }: Workload): string {
  return JSON.stringify(demand);
}
