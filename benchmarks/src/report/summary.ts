import type { RoundTrial } from '../measure/rounds.js';
import { spreadOf, type Spread } from '../measure/statistics.js';

/** All rounds of one strategy under one workload. */
export interface Summary {
  readonly workload: string;
  readonly strategy: string;
  readonly value: Spread | null;
  /** To the baseline, each round's to its own; null for the baseline itself. */
  readonly ratio: Spread | null;
  /** CPU time for each answer, to the baseline's: less is better. */
  readonly cpuRatio: Spread | null;
  readonly cpuMicrosPerAnswer: Spread | null;
  readonly cpuShare: Spread | null;
  /** Of the rounds' percentiles, in microseconds. */
  readonly p50: Spread | null;
  readonly p99: Spread | null;
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
    const { workload, strategy } = group[0]!;
    const base = strategy === baseline ? undefined : groups.get(`${workload} ${baseline}`);
    return {
      workload,
      strategy,
      value: spread(group, ({ value }) => value),
      ratio: ratios(group, base, ({ value }) => value),
      cpuRatio: ratios(group, base, ({ cpuMicrosPerAnswer }) => cpuMicrosPerAnswer),
      cpuMicrosPerAnswer: spread(group, (trial) => trial.cpuMicrosPerAnswer),
      cpuShare: spread(group, ({ cpuShare }) => cpuShare),
      p50: spread(group, ({ latency }) => latency?.p50),
      p99: spread(group, ({ latency }) => latency?.p99),
      errors: group.reduce((sum, trial) => sum + errorsOf(trial), 0),
    };
  });
}

type Figure = (trial: RoundTrial) => number | null | undefined;

function spread(group: readonly RoundTrial[], figure: Figure): Spread | null {
  return spreadOf(group.map(figure).filter(isFigure));
}

/** Each round to its own baseline: what slowed down the one is likely to have slowed down the other. */
function ratios(
  group: readonly RoundTrial[],
  base: readonly RoundTrial[] | undefined,
  figure: Figure,
): Spread | null {
  if (base === undefined) return null;
  const ofRound = new Map(base.map((trial) => [trial.round, figure(trial)]));
  const ratio = (trial: RoundTrial): number | null => {
    const [mine, theirs] = [figure(trial), ofRound.get(trial.round)];
    return isFigure(mine) && isFigure(theirs) ? mine / theirs : null;
  };
  return spread(group, ratio);
}

function isFigure(value: number | null | undefined): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

function errorsOf({ wrong, timedOut, failed }: RoundTrial): number {
  return wrong + timedOut + Object.values(failed).reduce((sum, count) => sum + count, 0);
}
