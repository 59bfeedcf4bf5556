import { moreIsBetter, type Metric } from '../workloads/index.js';
import type { Unit } from './figures.js';

/** How a metric is spoken of. */
export interface MetricWords {
  readonly unit: Unit;
  /** What is on the axis of a chart. */
  readonly axis: string;
  /** What the best one does, before its figure. */
  readonly best: string;
  /** What stands before a figure that does not say by itself what it is. */
  readonly before: string;
  /** Between the best one's figure and the size of its lead, which is no ratio of medians. */
  readonly link: string;
  /** What follows the size of a lead: "1.5 times as many as". */
  readonly than: { readonly times: string; readonly percent: string };
}

const WORDS: Readonly<Record<Metric, MetricWords>> = {
  'per second': {
    unit: 'per second',
    axis: 'answers per second',
    best: 'answers most',
    before: '',
    link: ', round by round ',
    than: { times: 'as many as', percent: 'more than' },
  },
  'bytes per connection': {
    unit: 'bytes',
    axis: 'memory per connection',
    best: 'needs the least memory per connection',
    before: '',
    link: '; round by round it is ',
    than: { times: 'as much for', percent: 'more for' },
  },
  'ms to listen': {
    unit: 'ms',
    axis: 'time until it listens',
    best: 'is ready first',
    before: '',
    link: '; round by round it is ',
    than: { times: 'as long for', percent: 'longer for' },
  },
  'µs p99': {
    unit: 'µs',
    axis: 'time within which 99 of 100 answers come',
    best: 'answers soonest',
    before: '99 of 100 answers come within ',
    link: '; round by round it is ',
    than: { times: 'as long for', percent: 'longer for' },
  },
  'clients hung': {
    unit: 'clients',
    axis: 'clients left hanging',
    best: 'leaves the fewest clients hanging',
    before: '',
    link: '; round by round it is ',
    than: { times: 'as many for', percent: 'more for' },
  },
};

export function wordsOf(metric: Metric): MetricWords {
  return WORDS[metric];
}

/** Orders figures of a metric, the best first. */
export function betterFirst(metric: Metric): (a: number, b: number) => number {
  return moreIsBetter(metric) ? (a, b) => b - a : (a, b) => a - b;
}
