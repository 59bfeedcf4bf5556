import { isDifference } from '../../measure/least-difference.js';
import { ratiosOf } from '../../measure/ratios.js';
import type { Spread } from '../../measure/statistics.js';
import { moreIsBetter, type Metric } from '../../workloads/index.js';
import type { Entry } from './contest.js';
import { LEAST_ROUNDS } from './noise.js';

/** How far one strategy is ahead of another one. */
export interface Lead {
  /** The larger figure to the smaller one, round by round; above 1: ahead. Null where it cannot be divided. */
  readonly times: Spread | null;
  /** The rounds that have both. */
  readonly rounds: number;
  /**
   * - ahead, behind: beyond the noise
   * - level: not beyond it
   * - unknown: too few rounds to tell
   */
  readonly verdict: 'ahead' | 'behind' | 'level' | 'unknown';
}

/** Compares two strategies round by round, for what disturbed the one is likely to have disturbed the other. */
export function leadOf(mine: Entry, theirs: Entry, metric: Metric): Lead {
  const sign = moreIsBetter(metric) ? 1 : -1;
  const ofRound = new Map(theirs.trials.map(({ round, value }) => [round, value]));
  const differences = mine.trials
    .map(({ round, value }) => sign * (value - (ofRound.get(round) ?? NaN)))
    .filter((difference) => Number.isFinite(difference));
  const [more, less] = sign === 1 ? [mine, theirs] : [theirs, mine];
  const times = ratiosOf(more.trials, less.trials, ({ value }) => value);
  return { times, rounds: differences.length, verdict: verdictOf(differences, times?.median) };
}

/**
 * One is beyond the noise ahead if it is better in every round, and large enough a lead in the median of the rounds.
 * @param times the median of the rounds' ratios; undefined where it cannot be divided: then the rounds alone decide
 */
export function verdictOf(differences: readonly number[], times = Infinity): Lead['verdict'] {
  if (differences.length < LEAST_ROUNDS) return 'unknown';
  if (!isDifference(times)) return 'level';
  if (differences.every((difference) => difference > 0)) return 'ahead';
  return differences.every((difference) => difference < 0) ? 'behind' : 'level';
}
