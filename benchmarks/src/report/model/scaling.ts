import { nonNegativeFactors, qualityOf, type Quality } from './least-squares.js';

/**
 * Gunther's Universal Scalability Law: `n` CPUs do `alone × n / (1 + contention × (n − 1) + coherence × n × (n − 1))`.
 * Without coherence it is Amdahl's law, and contention the share of the work that only one can do at a time.
 *
 * N. J. Gunther, "A General Theory of Computational Scalability Based on Rational Functions", 2008.
 */
export interface Scaling {
  readonly law: 'Amdahl' | 'USL';
  /** What one does. */
  readonly alone: number;
  readonly contention: number;
  readonly coherence: number;
  readonly quality: Quality;
}

export interface ScalingPoint {
  /** CPUs at work. */
  readonly n: number;
  /** What they do, per second. */
  readonly value: number;
}

/** Two determine Amdahl's law. Whoever shows it has to say when nothing is left to judge it by. */
const LEAST_FOR_AMDAHL = 2;
/** The other law has three parameters, and needs one point to judge it by. */
const LEAST_FOR_USL = 4;

export function parametersOf(law: Scaling['law']): number {
  return law === 'USL' ? 3 : 2;
}

/** @returns undefined where too few points were measured */
export function fitScaling(points: readonly ScalingPoint[]): Scaling | undefined {
  const different = new Set(points.map(({ n }) => n)).size;
  if (different < LEAST_FOR_AMDAHL || !points.every(({ value }) => value > 0)) return undefined;
  const law = different < LEAST_FOR_USL ? 'Amdahl' : 'USL';
  // n / value is linear in what is looked for.
  const columns = [points.map(() => 1), points.map(({ n }) => n - 1)];
  if (law === 'USL') columns.push(points.map(({ n }) => n * (n - 1)));
  const factors = nonNegativeFactors({ columns, figures: points.map(({ n, value }) => n / value) });
  const [first = 0, second = 0, third = 0] = factors ?? [];
  if (first === 0) return undefined;
  const scaling = { law, alone: 1 / first, contention: second / first, coherence: third / first } as const;
  const fitted = points.map(({ n }) => valueAt(scaling, n));
  const figures = points.map(({ value }) => value);
  return { ...scaling, quality: qualityOf(figures, fitted, different) };
}

export function valueAt(
  { alone, contention, coherence }: Pick<Scaling, 'alone' | 'contention' | 'coherence'>,
  n: number,
): number {
  return (alone * n) / (1 + contention * (n - 1) + coherence * n * (n - 1));
}
