import { spreadOf } from '../../measure/statistics.js';

/** With fewer, chance alone puts one strategy first in all rounds too often. */
export const LEAST_ROUNDS = 3;
/** With fewer, the quartiles lie within what chance does: all rounds count. */
const ROUNDS_FOR_QUARTILES = 5;

/**
 * Where the figures of the rounds lie, as far as they are to be believed: the quartiles, or all of them if they are few.
 * @returns undefined if there are too few to tell anything
 */
export function noiseRange(values: readonly number[]): { low: number; high: number } | undefined {
  const spread = spreadOf(values);
  if (spread === null || values.length < LEAST_ROUNDS) return undefined;
  if (values.length >= ROUNDS_FOR_QUARTILES) return spread;
  return { low: Math.min(...values), high: Math.max(...values) };
}
