import type { Metric } from '../../workloads/index.js';
import { figure } from '../figures.js';
import { betterFirst, wordsOf } from '../metrics.js';
import type { Entry } from '../reading/contest.js';
import { leadOf, type Lead } from '../reading/lead.js';
import { sizeOf } from './phrases.js';

/** How one strategy stands beside another one. Names of strategies stand in backticks. */
export interface Beside {
  /** Of the other one, as are these figures. */
  readonly name: string;
  readonly figure: string;
  /** Of the first one. */
  readonly verdict: Lead['verdict'];
  /** Whether the first one's median is no worse, whatever the rounds say. */
  readonly isNoWorse: boolean;
  /** How far the better of the two is ahead; empty where no ratio says it. */
  readonly size: string;
}

export function besideOf(first: Entry, other: Entry, metric: Metric): Beside {
  const lead = leadOf(first, other, metric);
  const isNoWorse = betterFirst(metric)(first.value.median, other.value.median) <= 0;
  return {
    name: nameOf(other),
    figure: figure(other.value.median, wordsOf(metric).unit),
    verdict: lead.verdict,
    isNoWorse,
    size: isNoWorse
      ? sizeBeside(lead, other, metric)
      : sizeBeside(leadOf(other, first, metric), first, metric),
  };
}

/**
 * "1.90 times as many as `forking`": it need not be the ratio of the medians. Empty where a ratio says nothing: of a
 * handful of clients, and of figures that are not above 0.
 */
export function sizeBeside({ times }: Lead, other: Entry, metric: Metric): string {
  if (times === null || times.median <= 1 || metric === 'clients hung') return '';
  return `${sizeOf(times.median, wordsOf(metric))} ${nameOf(other)}`;
}

export function nameOf({ strategy }: Entry): string {
  return `\`${strategy.name}\``;
}
