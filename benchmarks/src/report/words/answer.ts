import type { Metric, Workload } from '../../workloads/index.js';
import { figure, figures, listOf } from '../figures.js';
import { betterFirst, wordsOf } from '../metrics.js';
import type { Contest, Entry } from '../reading/contest.js';
import { leadOf, type Lead } from '../reading/lead.js';
import { rangeOf, sizeOf } from './phrases.js';

/** What a workload says about the choice of a strategy. Names of strategies stand in backticks. */
export interface Answer {
  readonly workload: Workload;
  /** The best of this project; several if the noise does not tell them apart. Empty: none was measured. */
  readonly best: readonly string[];
  /** Whether the best one is ahead of all others of this project, beyond the noise; "only": it has no others. */
  readonly verdict: 'clear' | 'level' | 'unknown' | 'only';
  readonly sentences: readonly string[];
}

export function answerOf(contest: Contest): Answer {
  const ours = contest.entries.filter(({ strategy }) => strategy.isOurs);
  const peers = contest.entries.filter(({ strategy }) => !strategy.isOurs);
  const { verdict, best, sentences } = answerAmongOurs(contest, ours);
  return {
    workload: contest.workload,
    verdict,
    best: best.map(({ strategy }) => strategy.name),
    sentences: [
      ...sentences,
      ...latencyOf(contest, ours),
      ...peerSentence(contest, ours, peers),
      ...warnings(contest),
    ],
  };
}

interface AmongOurs extends Pick<Answer, 'verdict' | 'sentences'> {
  readonly best: readonly Entry[];
}

function answerAmongOurs(contest: Contest, ours: readonly Entry[]): AmongOurs {
  const [first, ...others] = ours;
  if (first === undefined) return withoutOurs(contest);
  const { metric } = contest.workload;
  const { best: does, before, unit } = wordsOf(metric);
  if (others.length === 0) {
    const sentence = `Of this project only ${name(first)} was measured: ${before}${figure(first.value.median, unit)}.`;
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
      `${name(first)} ${does} so far: ${before}${figure(first.value.median, unit)}. ` +
      `Too few rounds to tell a lead from noise: ${rounds} with figures of both it and ${name(unknown.other)}.`;
    return { verdict: 'unknown', best: [first], sentences: [sentence] };
  }
  if (level.length === 0 && next !== undefined) {
    const lead = leadPhrase(next.lead, next.other, contest);
    const sentence = `${name(first)} ${does}: ${before}${figure(first.value.median, unit)}${lead}.`;
    return { verdict: 'clear', best: [first], sentences: [sentence] };
  }
  const equals = [first, ...level];
  const medians = equals.map(({ value }) => value.median);
  const sentences = [
    `${listOf(equals.map(name))} lie within the noise of one another: ${before}${figures(medians, unit)}.`,
  ];
  if (next !== undefined) {
    const { median } = next.other.value;
    sentences.push(`${name(next.other)} is behind, beyond the noise: ${figure(median, unit)}.`);
  }
  return { verdict: 'level', best: equals, sentences };
}

function withoutOurs({ entries, workload }: Contest): AmongOurs {
  const { best: does, before, unit } = wordsOf(workload.metric);
  const [first] = entries;
  if (first === undefined) return { verdict: 'unknown', best: [], sentences: ['Nothing was measured.'] };
  const sentence =
    'No strategy of this project was measured. ' +
    `Of its peers ${name(first)} ${does}: ${before}${figure(first.value.median, unit)}.`;
  return { verdict: 'unknown', best: [], sentences: [sentence] };
}

/** ", round by round 1.90 times as many as `forking`, beyond the noise (1.85 to 1.95 times in the middle half of …)". */
function leadPhrase(lead: Lead, other: Entry, { workload }: Contest): string {
  const { metric } = workload;
  const { times, rounds } = lead;
  const size = sizePhrase(lead, other, metric);
  if (times === null || size === '') {
    return `; ${name(other)} follows with ${figure(other.value.median, wordsOf(metric).unit)}, beyond the noise`;
  }
  return `${size}, beyond the noise (${rangeOf(times)} in the middle half of ${rounds} rounds)`;
}

/**
 * ", round by round 1.90 times as many as `forking`": it need not be the ratio of the medians. Empty where a ratio says
 * nothing: of a handful of clients, and of figures that are not above 0.
 */
function sizePhrase({ times }: Lead, other: Entry, metric: Metric): string {
  if (times === null || times.median <= 1 || metric === 'clients hung') return '';
  const words = wordsOf(metric);
  return `${words.link}${sizeOf(times.median, words)} ${name(other)}`;
}

/** A throughput says nothing of how long one has to wait. */
function latencyOf({ workload }: Contest, [first]: readonly Entry[]): string[] {
  const p99 = first?.summary.p99;
  if (first === undefined || workload.metric !== 'per second' || !p99) return [];
  return [`With ${name(first)}, 99 of 100 answers come within ${figure(p99.median, 'µs')}.`];
}

function peerSentence({ workload }: Contest, [first]: readonly Entry[], [peer]: readonly Entry[]): string[] {
  if (first === undefined || peer === undefined) return [];
  const words = wordsOf(workload.metric);
  const its = figure(peer.value.median, words.unit);
  const ofPeer = leadOf(peer, first, workload.metric);
  switch (ofPeer.verdict) {
    case 'ahead':
      return [`The best peer, ${name(peer)}, is ahead: ${its}${sizePhrase(ofPeer, first, workload.metric)}.`];
    case 'behind':
      return [`No peer does better; the best of them is ${name(peer)}: ${its}.`];
    case 'level':
      return [`The best peer, ${name(peer)}, lies within the noise of it: ${its}.`];
    case 'unknown':
      return [`The best peer is ${name(peer)}: ${its}.`];
  }
}

/** Where processes are killed, failures are what is measured. */
function warnings({ workload, entries }: Contest): string[] {
  if (workload.kind === 'kills') return [];
  const failing = entries
    .filter(({ summary }) => summary.errors > 0)
    .map((entry) => {
      const { errors, answered } = entry.summary;
      return `${name(entry)} ${figure(errors, 'count')} of ${figure(errors + answered, 'count')}`;
    });
  return failing.length === 0
    ? []
    : [`Beware of requests without a right answer in time: ${listOf(failing)}.`];
}

function name({ strategy }: Entry): string {
  return `\`${strategy.name}\``;
}
