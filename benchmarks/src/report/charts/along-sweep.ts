import type { Spread } from '../../measure/statistics.js';
import { figure, type Unit } from '../figures.js';
import type { Entry } from '../reading/contest.js';
import type { Sweep } from '../reading/sweep.js';
import type { LineChart } from './chart.js';

/** Throughput and the 99th percentile of the latency, against connections. */
export function alongConnections(sweep: Sweep): LineChart[] {
  return [
    chart(sweep, {
      id: 'throughput-by-connections',
      title: 'Throughput against connections',
      axis: 'answers per second',
      unit: 'per second',
      isLog: false,
      pick: ({ value }) => value,
    }),
    chart(sweep, {
      id: 'latency-by-connections',
      title: 'Latency against connections',
      axis: 'time within which 99 of 100 answers come',
      unit: 'µs',
      isLog: true,
      pick: ({ summary }) => summary.p99,
    }),
  ].filter(({ lines }) => lines.length > 0);
}

interface Figures {
  readonly id: string;
  readonly title: string;
  readonly axis: string;
  readonly unit: Unit;
  readonly isLog: boolean;
  readonly pick: (entry: Entry) => Spread | null;
}

function chart({ curves }: Sweep, { id, title, axis, unit, isLog, pick }: Figures): LineChart {
  const lines = curves
    .map(({ strategy, points }) => ({
      strategy: strategy.name,
      points: points.flatMap(({ at, entry }) => {
        const y = pick(entry);
        return y === null ? [] : [{ x: at, y }];
      }),
      model: [],
    }))
    .filter(({ points }) => points.length > 1);
  const told = lines.map(({ strategy, points }) => {
    const [first, last] = [points[0]!, points.at(-1)!];
    return `${strategy} from ${figure(first.y.median, unit)} at ${first.x} to ${figure(last.y.median, unit)} at ${last.x}`;
  });
  return {
    kind: 'lines',
    id,
    title,
    description: `${axis}: ${told.join('; ')}.`,
    x: { label: 'open connections', isLog: true },
    y: { label: axis, isLog, unit },
    lines,
    ideal: null,
  };
}
