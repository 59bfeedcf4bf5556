import type { Workload } from '../../workloads/index.js';
import { figure, figures, listOf } from '../figures.js';
import { betterFirst, wordsOf } from '../metrics.js';
import type { Contest, Entry } from '../reading/contest.js';
import { leadOf, type Lead } from '../reading/lead.js';
import { besideOf, nameOf, sizeBeside, type Beside } from './beside.js';
import { rangeOf } from './phrases.js';

/** What a workload says about the choice of a strategy. Names of strategies stand in backticks. */
export interface Answer {
  readonly workload: Workload;
  /** The best of this project; several if the noise does not tell them apart. Empty: none was measured. */
  readonly best: readonly string[];
  /** Whether the best one is ahead of all others of this project, beyond the noise; "only": it has no others. */
  readonly verdict: 'clear' | 'level' | 'unknown' | 'only';
  /** Of the first of the best. */
  readonly figure: string | undefined;
  /** How it stands beside the next of this project that is not one of the best, */
  readonly next: Beside | undefined;
  /** and beside the best of the peers. */
  readonly peer: Beside | undefined;
  /** Those with requests that got no right answer in time. */
  readonly failing: readonly string[];
  readonly sentences: readonly string[];
}

export function answerOf(contest: Contest): Answer {
  const { workload } = contest;
  const ours = contest.entries.filter(({ strategy }) => strategy.isOurs);
  const [bestPeer] = contest.entries.filter(({ strategy }) => !strategy.isOurs);
  const { verdict, best, next, sentences } = answerAmongOurs(contest, ours);
  const [first] = ours;
  const beside = (other: Entry | undefined): Beside | undefined =>
    first && other && besideOf(first, other, workload.metric);
  const peer = beside(bestPeer);
  const failing = failingOf(contest);
  return {
    workload,
    verdict,
    best: best.map(({ strategy }) => strategy.name),
    figure: first && figure(first.value.median, wordsOf(workload.metric).unit),
    next: beside(next),
    peer,
    failing: failing.map(({ strategy }) => strategy.name),
    sentences: [
      ...sentences,
      ...latencyOf(contest, ours),
      ...peerSentence(workload, peer),
      ...warnings(failing),
    ],
  };
}

interface AmongOurs extends Pick<Answer, 'verdict' | 'sentences'> {
  readonly best: readonly Entry[];
  readonly next?: Entry | undefined;
}

function answerAmongOurs(contest: Contest, ours: readonly Entry[]): AmongOurs {
  const [first, ...others] = ours;
  if (first === undefined) return withoutOurs(contest);
  const { metric } = contest.workload;
  const { best: does, before, unit } = wordsOf(metric);
  if (others.length === 0) {
    const sentence = `Of this project only ${nameOf(first)} was measured: ${before}${figure(first.value.median, unit)}.`;
    return { verdict: 'only', best: [first], sentences: [sentence] };
  }
  const leads = others.map((other) => ({ other, lead: leadOf(first, other, metric) }));
  const lowest = leads.findLast(({ lead }) => lead.verdict !== 'ahead')?.other;
  // Whose median is no worse than that of one that is level cannot be called behind.
  const isLevel = ({ value: { median } }: Entry): boolean =>
    lowest !== undefined && betterFirst(metric)(median, lowest.value.median) <= 0;
  const level = others.filter(isLevel);
  const next = leads.find(({ other }) => !isLevel(other));
  const unknown = leads.find(({ lead }) => lead.verdict === 'unknown');
  if (unknown !== undefined) {
    const { rounds } = unknown.lead;
    const sentence =
      `${nameOf(first)} ${does} so far: ${before}${figure(first.value.median, unit)}. ` +
      `Too few rounds to tell a lead from noise: ${rounds} with figures of both it and ${nameOf(unknown.other)}.`;
    return { verdict: 'unknown', best: [first], next: others[0], sentences: [sentence] };
  }
  if (level.length === 0 && next !== undefined) {
    const lead = leadPhrase(next.lead, next.other, contest);
    const sentence = `${nameOf(first)} ${does}: ${before}${figure(first.value.median, unit)}${lead}.`;
    return { verdict: 'clear', best: [first], next: next.other, sentences: [sentence] };
  }
  const equals = [first, ...level];
  const medians = equals.map(({ value }) => value.median);
  const sentences = [
    `${listOf(equals.map(nameOf))} lie within the noise of one another: ${before}${figures(medians, unit)}.`,
  ];
  if (next !== undefined) {
    const { median } = next.other.value;
    sentences.push(`${nameOf(next.other)} is behind, beyond the noise: ${figure(median, unit)}.`);
  }
  return { verdict: 'level', best: equals, next: next?.other, sentences };
}

function withoutOurs({ entries, workload }: Contest): AmongOurs {
  const { best: does, before, unit } = wordsOf(workload.metric);
  const [first] = entries;
  if (first === undefined) return { verdict: 'unknown', best: [], sentences: ['Nothing was measured.'] };
  const sentence =
    'No strategy of this project was measured. ' +
    `Of its peers ${nameOf(first)} ${does}: ${before}${figure(first.value.median, unit)}.`;
  return { verdict: 'unknown', best: [], sentences: [sentence] };
}

/** ", round by round 1.90 times as many as `forking`, beyond the noise (1.85 to 1.95 times in the middle half of …)". */
function leadPhrase(lead: Lead, other: Entry, { workload }: Contest): string {
  const { metric } = workload;
  const { times, rounds } = lead;
  const size = sizeBeside(lead, other, metric);
  const { unit, link } = wordsOf(metric);
  if (times === null || size === '') {
    return `; ${nameOf(other)} follows with ${figure(other.value.median, unit)}, beyond the noise`;
  }
  return `${link}${size}, beyond the noise (${rangeOf(times)} in the middle half of ${rounds} rounds)`;
}

/** A throughput says nothing of how long one has to wait. */
function latencyOf({ workload }: Contest, [first]: readonly Entry[]): string[] {
  const p99 = first?.summary.p99;
  if (first === undefined || workload.metric !== 'per second' || !p99) return [];
  return [`With ${nameOf(first)}, 99 of 100 answers come within ${figure(p99.median, 'µs')}.`];
}

function peerSentence({ metric }: Workload, peer: Beside | undefined): string[] {
  if (peer === undefined) return [];
  const { name, figure: its, size } = peer;
  switch (peer.verdict) {
    case 'behind':
      return [`The best peer, ${name}, is ahead: ${its}${size === '' ? '' : wordsOf(metric).link + size}.`];
    case 'ahead':
      return [`No peer does better; the best of them is ${name}: ${its}.`];
    case 'level':
      return [`The best peer, ${name}, lies within the noise of it: ${its}.`];
    case 'unknown':
      return [`The best peer is ${name}: ${its}.`];
  }
}

/** Where processes are killed, failures are what is measured. */
function failingOf({ workload, entries }: Contest): Entry[] {
  return workload.kind === 'kills' ? [] : entries.filter(({ summary }) => summary.errors > 0);
}

function warnings(failing: readonly Entry[]): string[] {
  if (failing.length === 0) return [];
  const told = failing.map((entry) => {
    const { errors, answered } = entry.summary;
    return `${nameOf(entry)} ${figure(errors, 'count')} of ${figure(errors + answered, 'count')}`;
  });
  return [`Beware of requests without a right answer in time: ${listOf(told)}.`];
}
