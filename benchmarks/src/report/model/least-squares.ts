/** How well a model describes what it was fitted to. */
export interface Quality {
  /** How far off it is, as a share of the figure: the root of the mean square over all points. */
  readonly error: number;
  /** The share of the figures' variance that it explains; 1: all. NaN where the figures do not vary. */
  readonly r2: number;
  /** The different places that it was fitted at. */
  readonly points: number;
}

/** A sum of columns, each times a factor, that is to come near the figures. */
export interface Problem {
  readonly columns: readonly (readonly number[])[];
  readonly figures: readonly number[];
}

/**
 * The factors, none of them negative, for which the relative errors are least in square. Factors that would be negative
 * are zero: with three columns at most, trying every choice of them is simple and exact.
 * @returns undefined if the columns do not determine them
 */
export function nonNegativeFactors({ columns, figures }: Problem): number[] | undefined {
  const relative = columns.map((column) => column.map((value, row) => value / figures[row]!));
  let best: { factors: number[]; error: number } | undefined;
  for (const chosen of subsets(columns.length)) {
    const some = solve(relative.filter((_, index) => chosen.includes(index)));
    if (some === undefined || some.some((factor) => factor < 0)) continue;
    const factors = columns.map((_, index) => some[chosen.indexOf(index)] ?? 0);
    const error = squareError(relative, factors);
    if (best === undefined || error < best.error) best = { factors, error };
  }
  return best?.factors;
}

export function qualityOf(figures: readonly number[], fitted: readonly number[], points: number): Quality {
  const mean = figures.reduce((sum, value) => sum + value, 0) / figures.length;
  const square = (values: readonly number[]): number => values.reduce((sum, value) => sum + value * value, 0);
  const residuals = figures.map((value, row) => value - fitted[row]!);
  return {
    error: Math.sqrt(square(residuals.map((value, row) => value / figures[row]!)) / figures.length),
    r2: 1 - square(residuals) / square(figures.map((value) => value - mean)),
    points,
  };
}

/** All but the empty one. */
function subsets(size: number): number[][] {
  return Array.from({ length: 2 ** size - 1 }, (_, bits) =>
    Array.from({ length: size }, (__, index) => index).filter((index) => ((bits + 1) >> index) & 1),
  );
}

function squareError(columns: readonly (readonly number[])[], factors: readonly number[]): number {
  const rows = columns[0]?.length ?? 0;
  let sum = 0;
  for (let row = 0; row < rows; row++) {
    const value = columns.reduce((total, column, index) => total + column[row]! * factors[index]!, 0);
    sum += (value - 1) ** 2;
  }
  return sum;
}

/** The normal equations of `columns × factors ≈ 1`, by Gauss-Jordan elimination with pivots. */
function solve(columns: readonly (readonly number[])[]): number[] | undefined {
  const dot = (a: readonly number[], b: readonly number[]): number =>
    a.reduce((sum, value, row) => sum + value * b[row]!, 0);
  const ones = columns[0]!.map(() => 1);
  const matrix = columns.map((a) => [...columns.map((b) => dot(a, b)), dot(a, ones)]);
  const scale = matrix.map((row, index) => row[index]!);
  for (let at = 0; at < matrix.length; at++) {
    const pivot = matrix.slice(at).reduce((a, b) => (Math.abs(b[at]!) > Math.abs(a[at]!) ? b : a));
    // Columns that are as good as parallel leave nothing but rounding here.
    if (Math.abs(pivot[at]!) <= 1e-12 * scale[at]!) return undefined;
    matrix.splice(matrix.indexOf(pivot), 1);
    matrix.splice(at, 0, pivot);
    for (const row of matrix) {
      if (row === pivot) continue;
      const times = row[at]! / pivot[at]!;
      row.forEach((value, column) => (row[column] = value - times * pivot[column]!));
    }
  }
  return matrix.map((row, index) => row.at(-1)! / row[index]!);
}
