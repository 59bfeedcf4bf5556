import { figure, plainNumber } from '../figures.js';
import { wordsOf } from '../metrics.js';
import { machineLine } from '../words/machine.js';
import { listOf } from '../words/phrases.js';
import type { TextTable } from '../words/tables.js';
import type { Change, Comparison } from './compare.js';

/** What changed beyond the noise, and whether the two can be compared at all. */
export function comparisonWords({ earlier, later, changes }: Comparison): string[] {
  const when = `${earlier.startedAt.slice(0, 10)}, ${earlier.startedAt.slice(11, 16)} UTC`;
  if (changes.length === 0) return [`The result of ${when} has nothing in common with this one.`];
  const of = (verdict: Change['verdict']): readonly Change[] =>
    changes.filter((one) => one.verdict === verdict);
  const [better, worse, unknown] = [of('better'), of('worse'), of('unknown')];
  const sentences = [
    `Beside the result of ${when}, ${plainNumber(changes.length)} figures can be compared: ` +
      `${counted(better.length)} got better and ${counted(worse.length)} got worse, beyond the noise.`,
    ...said('Better', better),
    ...said('Worse', worse),
  ];
  if (unknown.length > 0) sentences.push(`For ${counted(unknown.length)} there were too few rounds to tell.`);
  if (machineLine(earlier) !== machineLine(later)) {
    sentences.push(`Beware, the earlier one came from another machine or another Node: ${machineLine(earlier)}.`);
  }
  return sentences;
}

/** @returns undefined where the results have nothing in common */
export function comparisonTable({ changes }: Comparison): TextTable | undefined {
  if (changes.length === 0) return undefined;
  return {
    caption: 'Medians before and after; better and worse are beyond the noise',
    head: ['workload', 'strategy', 'before', 'after', 'change', 'verdict'],
    rows: changes.map(({ workload, strategy, before, after, times, verdict }) => [
      workload.name,
      `\`${strategy}\``,
      figure(before.median, wordsOf(workload.metric).unit),
      figure(after.median, wordsOf(workload.metric).unit),
      changeText(times),
      VERDICTS[verdict],
    ]),
  };
}

const VERDICTS: Readonly<Record<Change['verdict'], string>> = {
  better: 'better',
  worse: 'worse',
  same: 'within the noise',
  unknown: 'too few rounds',
};

function said(word: string, changes: readonly Change[]): string[] {
  if (changes.length === 0) return [];
  const items = changes.map(
    ({ workload, strategy, times }) => `\`${strategy}\` in ${workload.name} (${changeText(times)})`,
  );
  return [`${word}: ${listOf(items)}.`];
}

function changeText(times: number | null): string {
  if (times === null) return 'was 0';
  const percent = Math.round((times - 1) * 100);
  const sign = percent > 0 ? '+' : percent < 0 ? '−' : '';
  return `${sign}${plainNumber(Math.abs(percent))} %`;
}

function counted(count: number): string {
  return count === 0 ? 'none' : plainNumber(count);
}
