/** With fewer, chance alone puts one strategy first in all rounds too often. */
export const LEAST_ROUNDS = 3;
/** From so many rounds on a lead is a finding, and before that an indication. */
export const ROUNDS_OF_A_FINDING = 7;

/**
 * Of so many pairs of equal strategies one is, by chance, better in every round: it is as likely better as worse in
 * each, and either of the two may be the one. No number of rounds may be allowed to differ, for that makes the rule
 * laxer than it is with one round fewer.
 */
export function pairsForOneByChance(rounds: number): number {
  return 2 ** (rounds - 1);
}
