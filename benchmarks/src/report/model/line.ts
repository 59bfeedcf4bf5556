import { nonNegativeFactors, qualityOf, type Quality } from './least-squares.js';

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** `y = intercept + slope × x`, neither of them negative. */
export interface Line {
  readonly intercept: number;
  readonly slope: number;
  readonly quality: Quality;
}

/** Two determine a line, and nothing is left to judge it by. */
const LEAST_POINTS = 3;

/** @returns undefined where too few points were measured */
export function fitLine(points: readonly Point[]): Line | undefined {
  const xs = points.map(({ x }) => x);
  const ys = points.map(({ y }) => y);
  const different = new Set(xs).size;
  if (different < LEAST_POINTS || !ys.every((y) => y > 0)) return undefined;
  const factors = nonNegativeFactors({ columns: [xs.map(() => 1), xs], figures: ys });
  if (factors === undefined) return undefined;
  const [intercept = 0, slope = 0] = factors;
  const fitted = xs.map((x) => intercept + slope * x);
  return { intercept, slope, quality: qualityOf(ys, fitted, different) };
}

export function valueOn({ intercept, slope }: Line, x: number): number {
  return intercept + slope * x;
}

/**
 * Where `rising` comes to lie above `flatter`, for x above 0.
 * @returns 0 if it does from the start; undefined if it never does
 */
export function crossing(rising: Line, flatter: Line): number | undefined {
  const ahead = flatter.intercept - rising.intercept;
  const gain = rising.slope - flatter.slope;
  if (ahead <= 0) return gain >= 0 ? 0 : undefined;
  return gain > 0 ? ahead / gain : undefined;
}
