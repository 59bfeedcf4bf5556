import type { Change, Comparison } from '../../../compare/index.js';
import { figure, listOf } from '../../figures.js';
import { wordsOf } from '../../metrics.js';
import type { Result } from '../../result-file.js';
import type { TextTable } from '../../words/tables.js';
import { html } from '../html.js';
import { prose } from '../prose.js';
import type { MaybeSection } from '../section.js';
import { textTable } from './beyond.js';

/** What got better or worse since an earlier result. */
export function changesSection({ comparison, workloads }: Result): MaybeSection {
  if (comparison === undefined) return undefined;
  const { changes } = comparison;
  const body = html`<p>${prose(sentencesOf(comparison))}</p>
    ${
      changes.length > 0 &&
      html`<details>
        <summary>All that both results have</summary>
        ${textTable(changesTable(changes, workloads))}
      </details>`
    }`;
  return { id: 'changes', title: 'Since the earlier result', body, charts: [] };
}

function sentencesOf({ startedAt, differences, changes }: Comparison): string[] {
  const when = `${startedAt.slice(0, 10)}, ${startedAt.slice(11, 16)} UTC`;
  if (changes.length === 0) return [`The result of ${when} has nothing in common with this one.`];
  const told = (['better', 'worse'] as const).flatMap((verdict) => {
    const some = changes.filter((change) => change.verdict === verdict);
    const items = some.map((one) => `\`${one.strategy}\` in ${one.workload} (${changeText(one)})`);
    return items.length === 0 ? [] : [`Beyond the noise ${verdict}: ${listOf(items)}.`];
  });
  const noise = changes.filter(({ verdict }) => verdict === 'within the noise').length;
  return [
    `Beside the result of ${when}:`,
    ...told,
    `Within the noise: ${noise} of ${changes.length}.`,
    ...(differences.length === 0
      ? []
      : [`Beware, not everything was the same then: ${differences.join('; ')}.`]),
  ];
}

function changesTable(changes: readonly Change[], workloads: Result['workloads']): TextTable {
  const read = ({ workload }: Change, value: number): string => {
    const metric = workloads.find(({ name }) => name === workload)?.metric;
    return metric === undefined ? String(value) : figure(value, wordsOf(metric).unit);
  };
  return {
    caption: 'Medians before and after',
    head: ['workload', 'strategy', 'before', 'after', 'change', 'verdict'],
    rows: changes.map((change) => [
      change.workload,
      `\`${change.strategy}\``,
      read(change, change.before.median),
      read(change, change.after.median),
      changeText(change),
      change.verdict,
    ]),
  };
}

function changeText({ before, after }: Change): string {
  if (before.median === 0) return after.median === 0 ? '0 %' : 'was 0';
  const percent = Math.round((after.median / before.median - 1) * 100);
  const sign = percent === 0 ? '' : percent < 0 ? '−' : '+';
  return `${sign}${Math.abs(percent)} %`;
}
