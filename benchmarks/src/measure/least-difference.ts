/**
 * As a share: smaller differences may be real, and tell nobody anything. It holds for strategies of one run, and for two
 * runs of one strategy.
 */
export const LEAST_DIFFERENCE = 0.03;

/**
 * Whether a ratio tells something, whichever of the two is divided by the other: 1.03 and 1/1.03 alike. Where one of
 * them is not above 0 it does.
 */
export function isDifference(ratio: number): boolean {
  return !(ratio > 0) || Math.abs(Math.log(ratio)) >= Math.log1p(LEAST_DIFFERENCE);
}
