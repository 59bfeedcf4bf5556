import { PERCENTILES, type LatencyPercentiles } from '../../measure/latency.js';
import { figure } from '../figures.js';
import { oursFirst, type Contest } from '../reading/contest.js';
import type { PercentileChart } from './chart.js';

/** As they are called on charts. */
const NAMES: Readonly<Record<keyof LatencyPercentiles, string>> = {
  p50: 'median',
  p75: '75 %',
  p90: '90 %',
  p99: '99 %',
  p999: '99.9 %',
  max: 'slowest',
};

/** @returns undefined where no latency was measured */
export function percentilesOf(contest: Contest): PercentileChart | undefined {
  const { workload } = contest;
  const rows = oursFirst(contest).flatMap(({ strategy, summary }) => {
    const { latency } = summary;
    if (latency === null) return [];
    const marks = PERCENTILES.map((percentile) => ({
      percentile: NAMES[percentile],
      value: latency[percentile],
    }));
    return [{ strategy: strategy.name, marks }];
  });
  if (rows.length === 0) return undefined;
  const told = rows.map(({ strategy, marks }) => {
    const ofName = (name: string): string =>
      figure(marks.find(({ percentile }) => percentile === name)?.value.median ?? NaN, 'µs');
    return `${strategy} ${ofName(NAMES.p50)}, ${ofName(NAMES.p99)}`;
  });
  return {
    kind: 'percentiles',
    id: `latency-${workload.name}`,
    title: workload.title,
    description: `Time from request to answer, the median and what 99 of 100 do not exceed: ${told.join('; ')}.`,
    rows,
  };
}
