import type { RoundTrial } from './rounds.js';
import { spreadOf, type Spread } from './statistics.js';

export type Figure = (trial: RoundTrial) => number | null | undefined;

/**
 * One strategy's figure to another's, round by round: what slowed down the one is likely to have slowed down the other.
 * @returns null if no round has both
 */
export function ratiosOf(
  mine: readonly RoundTrial[],
  theirs: readonly RoundTrial[],
  figure: Figure,
): Spread | null {
  const ofRound = new Map(theirs.map((trial) => [trial.round, figure(trial)]));
  const ratios = mine.map((trial) => (figure(trial) ?? NaN) / (ofRound.get(trial.round) ?? NaN));
  return spreadOf(ratios.filter((ratio) => Number.isFinite(ratio)));
}
