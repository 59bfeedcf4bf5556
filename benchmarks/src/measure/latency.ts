import { Latencies } from '../load/latencies.js';
import type { LoadResult } from '../protocol.js';

/** In microseconds. */
export interface LatencyPercentiles {
  readonly p50: number;
  readonly p75: number;
  readonly p90: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

/** The percent of each. */
const PERCENTS: Readonly<Record<keyof LatencyPercentiles, number>> = {
  p50: 50,
  p75: 75,
  p90: 90,
  p99: 99,
  p999: 99.9,
  max: 100,
};

export const PERCENTILES = Object.keys(PERCENTS) as readonly (keyof LatencyPercentiles)[];

/** @returns null when nothing was answered */
export function latencyOf({ answered, latencies }: LoadResult): LatencyPercentiles | null {
  if (answered === 0) return null;
  const merged = new Latencies();
  merged.merge(latencies);
  const entries = PERCENTILES.map((name) => [name, merged.percentile(PERCENTS[name])] as const);
  return Object.fromEntries(entries) as unknown as LatencyPercentiles;
}
