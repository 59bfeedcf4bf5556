import type { Spread } from '../../measure/statistics.js';
import type { MetricWords } from '../metrics.js';

/** Below this it is said in percent: "7 % more than" is easier to take in than "1.07 times as many as". */
const PERCENT_BELOW = 1.5;

/** The size of a lead: "1.9 times as many as", "7 % more than". */
export function sizeOf(times: number, { than }: MetricWords): string {
  if (times >= PERCENT_BELOW) return `${timesNumber(times)} times ${than.times}`;
  const percent = Math.round((times - 1) * 100);
  return percent < 1 ? `less than 1 % ${than.percent}` : `${percent} % ${than.percent}`;
}

/** The quartiles of a lead: "1.8 to 2.0 times". */
export function rangeOf({ low, high }: Spread): string {
  return `${low.toFixed(2)} to ${high.toFixed(2)} times`;
}

function timesNumber(times: number): string {
  return times >= 10 ? Math.round(times).toLocaleString('en') : times.toFixed(1);
}

export function capitalized(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
