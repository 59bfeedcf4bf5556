import { figure } from '../figures.js';
import { oursFirst, type Contest } from '../reading/contest.js';
import type { BarChart } from './chart.js';

/** The memory of the server's process tree under load. @returns undefined where it was not measured */
export function memoryOf(contest: Contest): BarChart | undefined {
  const { workload } = contest;
  const bars = oursFirst(contest).flatMap(({ strategy, summary }) =>
    summary.memoryBytes === null ? [] : [{ strategy: strategy.name, value: summary.memoryBytes, errors: 0 }],
  );
  if (bars.length === 0) return undefined;
  const told = bars.map(({ strategy, value }) => `${strategy} ${figure(value.median, 'bytes')}`);
  return {
    kind: 'bars',
    id: `memory-${workload.name}`,
    title: workload.title,
    description: `Memory of the server and all its processes: ${told.join(', ')}.`,
    unit: 'bytes',
    axis: 'memory of the whole server',
    better: 'less',
    bars,
  };
}
