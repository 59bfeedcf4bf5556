import { LEAST_DIFFERENCE } from '../../measure/least-difference.js';
import { plainNumber } from '../figures.js';
import { LEAST_ROUNDS, pairsForOneByChance, ROUNDS_OF_A_FINDING } from '../reading/noise.js';
import type { Result } from '../result-file.js';

const RULE =
  'One strategy is ahead of another one beyond the noise if it is better in every round, and by ' +
  `${LEAST_DIFFERENCE * 100} % or more in the median of the rounds' ratios.`;

/** When a lead counts, and how often chance alone makes one. */
export function noiseWords({ summaries }: Result): string {
  const rounds = Math.max(0, ...summaries.map((summary) => summary.rounds));
  if (rounds < LEAST_ROUNDS) return `${RULE} That takes at least ${LEAST_ROUNDS} rounds.`;
  const chance =
    `With ${rounds} rounds, chance alone puts one of two equal strategies first in every round in one of ` +
    `${plainNumber(pairsForOneByChance(rounds))} cases; the ${LEAST_DIFFERENCE * 100} % make it fewer. ` +
    'Who leads alone is ahead of every other one of this project: among more than two equal ones chance does that more ' +
    'rarely. Who is called behind is picked from several: there chance does it more often.';
  return `${RULE} ${chance} ${worthOf(rounds)}`;
}

function worthOf(rounds: number): string {
  if (rounds >= ROUNDS_OF_A_FINDING) return 'So a lead is a finding.';
  const enough = pairsForOneByChance(ROUNDS_OF_A_FINDING);
  return `So a lead is an indication; with ${ROUNDS_OF_A_FINDING} rounds or more (one of ${enough} cases) it is a finding.`;
}
