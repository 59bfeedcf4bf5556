import { moreIsBetter } from '../../workloads/index.js';
import { figure } from '../figures.js';
import { wordsOf } from '../metrics.js';
import { oursFirst, type Contest } from '../reading/contest.js';
import type { BarChart } from './chart.js';

/** What a workload compares, for each strategy: those of this project first, then the peers. */
export function byStrategy(contest: Contest): BarChart {
  const { workload, entries } = contest;
  const { name, title, metric } = workload;
  const { unit, axis } = wordsOf(metric);
  const told = entries.map(({ strategy, value }) => `${strategy.name} ${figure(value.median, unit)}`);
  return {
    kind: 'bars',
    id: `by-strategy-${name}`,
    title,
    description: `${axis}, the best first: ${told.join(', ')}.`,
    unit,
    axis,
    better: moreIsBetter(metric) ? 'more' : 'less',
    bars: oursFirst(contest).map(({ strategy, value, summary }) => ({
      strategy: strategy.name,
      value,
      errors: summary.errors,
    })),
  };
}
