import type { Contest, Entry } from '../../reading/contest.js';
import type { Result } from '../../result-file.js';
import type { Spread } from '../../../measure/statistics.js';
import { wordsOf } from '../../metrics.js';
import type { Unit } from '../../figures.js';
import { exact, table } from '../chart-table.js';
import { html, type Html } from '../html.js';
import { prose, strategyName } from '../prose.js';
import type { MaybeSection } from '../section.js';

/** Every figure of every workload. */
export function allFiguresSection(contests: readonly Contest[], result: Result): MaybeSection {
  if (contests.length === 0) return undefined;
  const tables = contests.map(
    (contest) =>
      html`<details>
        <summary>${titleOf(contest)}</summary>
        ${contestTable(contest, result.baseline)}
      </details>`,
  );
  return { id: 'figures', title: 'All figures', body: html`${tables}`, charts: [] };
}

/** A point of a curve may be the same load as a workload of its own. */
function titleOf({ workload: { title, sweep } }: Contest): string {
  return sweep === undefined ? title : `${title} (part of the curve over ${sweep.of})`;
}

function contestTable(contest: Contest, baseline: string): Html {
  const { workload, entries } = contest;
  const { unit, axis } = wordsOf(workload.metric);
  return table({
    caption: `${titleOf(contest)}: medians of the rounds`,
    head: [
      'strategy',
      axis,
      `to ${baseline}`,
      `CPU to ${baseline}`,
      'CPU each',
      'CPUs busy',
      'median latency',
      '99 % latency',
      'memory',
      'wrong, late or missing',
    ],
    rows: entries.map(({ strategy, value, summary }: Entry) => [
      strategyName(strategy.name),
      exact(value.median, unit),
      cell(summary.ratio, 'times'),
      cell(summary.cpuRatio, 'times'),
      cell(summary.cpuMicrosPerAnswer, 'µs'),
      cell(summary.cpuShare, 'CPUs'),
      cell(summary.p50, 'µs'),
      cell(summary.p99, 'µs'),
      cell(summary.memoryBytes, 'bytes'),
      exact(summary.errors, 'count'),
    ]),
  });
}

function cell(spread: Spread | null, unit: Unit): Html | string {
  return spread === null ? '' : exact(spread.median, unit);
}

/** What was to be measured and could not be: one line for each strategy and reason. */
export function skippedSection({ skipped, workloads }: Result): MaybeSection {
  if (skipped.length === 0) return undefined;
  const groups = new Map<string, string[]>();
  for (const { workload, strategy, reason } of skipped) {
    const text = `\`${strategy}\`: ${reason}`;
    groups.set(text, [...(groups.get(text) ?? []), workload]);
  }
  const body = html`<ul>
    ${lines(groups, workloads.length)}
  </ul>`;
  return { id: 'skipped', title: 'Not measured', body, charts: [] };
}

function lines(groups: ReadonlyMap<string, readonly string[]>, count: number): Html[] {
  return [...groups].map(([text, names]) => {
    const where = names.length >= count ? 'everywhere' : names.join(', ');
    return html`<li>${prose([text])} <span class="where">(${where})</span></li>`;
  });
}
