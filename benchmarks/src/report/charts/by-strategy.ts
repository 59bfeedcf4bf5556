import { moreIsBetter } from '../../workloads/index.js';
import { figure } from '../figures.js';
import { wordsOf } from '../metrics.js';
import type { Contest } from '../reading/contest.js';
import type { BarChart } from './chart.js';

/** What a workload compares, for each strategy: those of this project first, then the peers. */
export function byStrategy({ workload, entries }: Contest): BarChart {
  const { name, title, metric } = workload;
  const { unit, axis } = wordsOf(metric);
  const ordered = entries.toSorted((a, b) => Number(b.strategy.isOurs) - Number(a.strategy.isOurs));
  const told = entries.map(({ strategy, value }) => `${strategy.name} ${figure(value.median, unit)}`);
  return {
    kind: 'bars',
    id: `by-strategy-${name}`,
    title,
    description: `${axis}, the best first: ${told.join(', ')}.`,
    unit,
    axis,
    better: moreIsBetter(metric) ? 'more' : 'less',
    isLog: unit === 'µs',
    bars: ordered.map(({ strategy, value, summary }) => ({
      strategy: strategy.name,
      value,
      errors: summary.errors,
    })),
  };
}
