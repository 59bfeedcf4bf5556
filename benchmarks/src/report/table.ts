import Table from 'cli-table3';
import type { Change, Comparison } from '../compare/index.js';
import type { Skip } from '../measure/rounds.js';
import type { Spread } from '../measure/statistics.js';
import type { TargetResult } from '../targets/index.js';
import type { Workload } from '../workloads/index.js';
import { contestsOf } from './reading/contest.js';
import type { Result } from './result-file.js';
import type { Summary } from './summary.js';
import { IN_SHORT_HEAD, inShort, type ShortAnswer } from './words/in-short.js';
import { cautions } from './words/machine.js';

/** One table for each workload. */
export function renderTables({ workloads, summaries, baseline }: Result): string {
  return workloads
    .map((workload) => {
      const rows = summaries.filter((summary) => summary.workload === workload.name);
      const columns = workload.kind === 'kills' ? killColumns() : columnsOf(workload, baseline);
      return `\n${workload.title}\n${renderTable(rows, columns)}`;
    })
    .join('\n');
}

/** The decisions, above what one has to know before one believes them. Empty where there are too few. */
export function renderInShort(result: Result): string {
  const told = inShort(contestsOf(result));
  if (told.length === 0) return '';
  const [served, ours, peers] = IN_SHORT_HEAD;
  const columns: Column<ShortAnswer>[] = [
    { title: served, text: ({ title }) => title },
    { title: ours, text: ({ best, lead }) => plain(`${best}: ${lead}`) },
    { title: peers, text: (row) => plain(row.peers) },
  ];
  const widths = [30, 46, 46];
  return ['', 'in short', renderTable(told, columns, widths), ...cautions(result)].join('\n');
}

/** Backticks tell names from words where there are no colours; here they would only be in the way. */
function plain(text: string): string {
  return text.replaceAll('`', '');
}

/** What did not run, and why: a line for each reason. */
export function renderSkips(skipped: readonly Skip[]): string {
  const byReason = new Map<string, string[]>();
  for (const { workload, strategy, reason } of skipped) {
    const key = `${strategy}: ${reason.trim()}`;
    byReason.set(key, [...(byReason.get(key) ?? []), workload]);
  }
  const lines = [...byReason].map(([reason, workloads]) => `\nskipped: ${reason} (${workloads.join(', ')})`);
  return lines.join('');
}

export function renderTargets({ targets }: Pick<Result, 'targets'>): string {
  return `\ntargets\n${renderTable(targets, TARGET_COLUMNS)}`;
}

/** What is better or worse than in an earlier run; what is not is left out, and counted. */
export function renderComparison(
  { file, startedAt, differences, changes }: Comparison,
  workloads: readonly Workload[],
): string {
  const metricOf = new Map(workloads.map(({ name, metric }) => [name, metric]));
  const told = changes.filter(({ verdict }) => verdict !== 'within the noise');
  const columns: Column<Change>[] = [
    { title: 'workload', text: ({ workload }) => workload },
    { title: 'strategy', text: ({ strategy }) => strategy },
    { title: 'metric', text: ({ workload }) => metricOf.get(workload) ?? '' },
    { title: 'before', text: ({ before }) => integer(before) },
    { title: 'now', text: ({ after }) => integer(after) },
    {
      title: 'change',
      text: ({ ratio: by }) => `${by < 1 ? '−' : '+'}${Math.abs((by - 1) * 100).toFixed(0)} %`,
    },
    { title: '', text: ({ verdict }) => verdict },
  ];
  return [
    `\ncompared with ${file} (${startedAt})`,
    ...differences.map((difference) => `not the same: ${difference}`),
    told.length === 0 ? 'nothing is better or worse, beyond the noise' : renderTable(told, columns),
    `${changes.length - told.length} of ${changes.length} within the noise`,
  ].join('\n');
}

interface Column<Row> {
  readonly title: string;
  readonly text: (row: Row) => string | number;
}

const TARGET_COLUMNS: readonly Column<TargetResult>[] = [
  { title: 'workload', text: ({ workload }) => workload },
  { title: 'strategy', text: ({ strategy }) => strategy },
  {
    title: 'figure',
    text: ({ figure, than }) => `${figure ?? 'value'}${than === undefined ? '' : ` to ${than}`}`,
  },
  {
    title: 'measured',
    text: ({ measured, than }) => (than === undefined ? integer(measured) : ratio(measured)),
  },
  {
    title: 'target',
    text: ({ atLeast, atMost }) =>
      atLeast === undefined ? (atMost === undefined ? 'reported' : `≤ ${atMost}`) : `≥ ${atLeast}`,
  },
  {
    title: '',
    text: ({ isMet, measured }) =>
      measured === null ? 'not measured' : isMet === null ? '' : isMet ? 'met' : 'MISSED',
  },
];

function columnsOf({ metric, kind }: Workload, baseline: string): Column<Summary>[] {
  const figures: Column<Summary>[] = [
    { title: 'strategy', text: ({ strategy }) => strategy },
    { title: metric, text: ({ value }) => integer(value) },
    { title: `to ${baseline}`, text: (row) => ratio(row.ratio) },
  ];
  if (kind === 'listen') return figures;
  if (kind === 'idle') return [...figures, { title: 'MB', text: (row) => megabytes(row.memoryBytes) }];
  return [
    ...figures,
    { title: `CPU to ${baseline}`, text: ({ cpuRatio }) => ratio(cpuRatio) },
    { title: 'µs CPU each', text: (row) => decimals(row.cpuMicrosPerAnswer, 1) },
    { title: 'CPUs', text: ({ cpuShare }) => decimals(cpuShare, 2) },
    { title: 'of load', text: ({ loadCpuShare }) => decimals(loadCpuShare, 2) },
    { title: 'MB', text: ({ memoryBytes }) => megabytes(memoryBytes) },
    { title: 'p50 µs', text: ({ p50 }) => integer(p50) },
    { title: 'p99 µs', text: ({ p99 }) => integer(p99) },
    { title: 'errors', text: ({ errors }) => errors },
  ];
}

function killColumns(): Column<Summary>[] {
  return [
    { title: 'strategy', text: ({ strategy }) => strategy },
    { title: 'killed', text: ({ kills }) => kills },
    { title: 'answered', text: ({ answered }) => answered.toLocaleString('en') },
    { title: 'ended', text: ({ errors, timedOut }) => errors - timedOut },
    { title: 'hung', text: ({ timedOut }) => timedOut },
    { title: 'p99 µs', text: ({ p99 }) => integer(p99) },
  ];
}

/** @param widths - of columns of text, which is broken there; without them each column is as wide as it needs */
function renderTable<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  widths?: readonly number[],
): string {
  const table = new Table({
    head: columns.map(({ title }) => title),
    colAligns: columns.map((_, column) => (column === 0 || widths !== undefined ? 'left' : 'right')),
    style: { head: [], border: [], compact: widths === undefined },
    ...(widths && { colWidths: [...widths], wordWrap: true }),
  });
  for (const row of rows) table.push(columns.map(({ text }) => text(row)));
  return table.toString();
}

function integer(spread: Spread | null): string {
  return spread === null ? '' : Math.round(spread.median).toLocaleString('en');
}

function decimals(spread: Spread | null, digits: number): string {
  return spread === null ? '' : spread.median.toFixed(digits);
}

function megabytes(spread: Spread | null): string {
  return spread === null ? '' : (spread.median / 1e6).toFixed(0);
}

/** With the quartiles: two strategies whose ranges overlap may well be equal. */
function ratio(spread: Spread | null): string {
  if (spread === null) return '';
  const { median, low, high } = spread;
  return `${median.toFixed(2)} (${low.toFixed(2)}–${high.toFixed(2)})`;
}
