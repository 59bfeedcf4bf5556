import type { Spread } from '../../measure/statistics.js';
import { plainNumber } from '../figures.js';
import type { MetricWords } from '../metrics.js';

/** Below this it is said in percent: "7 % more than" is easier to take in than "1.07 times as many as". */
const PERCENT_BELOW = 1.5;

/** The size of a lead, which is the median of the rounds' ratios: "1.90 times as many as", "7 % more than". */
export function sizeOf(times: number, { than }: MetricWords): string {
  if (times >= PERCENT_BELOW) return `${timesNumber(times)} times ${than.times}`;
  return `${Math.round(Number(timesNumber(times)) * 100) - 100} % ${than.percent}`;
}

/** The quartiles of a lead: "1.85 to 1.95 times". */
export function rangeOf({ low, high }: Spread): string {
  return `${timesNumber(low)} to ${timesNumber(high)} times`;
}

/** A median has as many digits as its quartiles, and so lies between them. */
function timesNumber(times: number): string {
  return times >= 10 ? plainNumber(times) : times.toFixed(2);
}

export function capitalized(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
