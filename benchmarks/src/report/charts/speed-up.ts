import { ratiosOf } from '../../measure/ratios.js';
import type { MoreCpus } from '../model/more-cpus.js';
import { valueAt, type Scaling } from '../model/scaling.js';
import type { Sweep } from '../reading/sweep.js';
import type { LineChart } from './chart.js';

/** Each strategy's throughput to its own with one worker, and the models beyond what was measured. */
export function speedUpOf({ curves }: Sweep, models: readonly MoreCpus[]): LineChart {
  const lines = curves
    .filter(({ points }) => points[0]?.at === 1)
    .map(({ strategy, points }) => ({
      strategy: strategy.name,
      points: points.flatMap(({ at, entry }) => {
        const base = points[0]!.entry;
        // The first one to itself is exactly 1.
        const y = ratiosOf(entry.trials, base.trials, ({ value }) => value);
        return y === null ? [] : [{ x: at, y }];
      }),
      model: modelLine(models.find((model) => model.strategy.name === strategy.name)),
    }))
    .filter(({ points }) => points.length > 1);
  const most = Math.max(...lines.flatMap(({ points, model }) => [...points, ...model].map(({ x }) => x)));
  const told = lines.map(({ strategy, points }) => {
    const last = points.at(-1)!;
    return `${strategy} ${last.y.median.toFixed(2)} times with ${last.x}`;
  });
  return {
    kind: 'lines',
    id: 'speed-up',
    title: 'Speed-up against workers',
    description: `Answers per second, to the same strategy with one worker: ${told.join('; ')}.`,
    x: { label: 'workers', isLog: true },
    y: { label: 'speed-up', isLog: true, unit: 'times' },
    lines,
    ideal: [
      { x: 1, y: 1 },
      { x: most, y: most },
    ],
  };
}

/** Over the measured points too, so that one sees how well it describes them. */
function modelLine(model: MoreCpus | undefined): { x: number; y: number }[] {
  if (model === undefined) return [];
  const last = Math.max(...model.predictions.map(({ cpus }) => cpus));
  return steps(last).map((n) => ({ x: n, y: speedUp(model.scaling, n) }));
}

function speedUp(scaling: Scaling, n: number): number {
  return valueAt(scaling, n) / scaling.alone;
}

/** From 1 to `last`, so many that the curve looks like one. */
function steps(last: number): number[] {
  const count = 24;
  return Array.from({ length: count + 1 }, (_, index) => last ** (index / count));
}
