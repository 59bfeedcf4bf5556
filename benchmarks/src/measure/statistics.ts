/** A median, and the quartiles around it. */
export interface Spread {
  readonly median: number;
  /** Half of all values lie between these two. */
  readonly low: number;
  readonly high: number;
}

/** @returns null without values */
export function spreadOf(values: readonly number[]): Spread | null {
  if (values.length === 0) return null;
  const sorted = values.toSorted((a, b) => a - b);
  return { median: quantile(sorted, 0.5), low: quantile(sorted, 0.25), high: quantile(sorted, 0.75) };
}

/** Between two values it lies in proportion. */
function quantile(sorted: readonly number[], share: number): number {
  const at = (sorted.length - 1) * share;
  const below = sorted[Math.floor(at)]!;
  const above = sorted[Math.ceil(at)]!;
  return below + (above - below) * (at - Math.floor(at));
}

/** Of all pairs of one of these and one of those: the share in which the first is greater; equal ones count half. */
export function shareAbove(these: readonly number[], those: readonly number[]): number {
  let above = 0;
  for (const one of these) for (const other of those) above += one > other ? 1 : one === other ? 0.5 : 0;
  return above / (these.length * those.length);
}
