import Table from 'cli-table3';
import type { Spread } from '../measure/statistics.js';
import type { Workload } from '../workloads/index.js';
import type { Summary } from './summary.js';

/** One table for each workload. */
export function renderTables(summaries: readonly Summary[], workloads: readonly Workload[]): string {
  return workloads
    .map((workload) => {
      const rows = summaries.filter((summary) => summary.workload === workload.name);
      return rows.length === 0 ? '' : `\n${workload.title}\n${renderTable(rows, workload)}`;
    })
    .join('');
}

function renderTable(rows: readonly Summary[], { metric }: Workload): string {
  const head = [
    'strategy',
    metric,
    'to raw',
    'CPU to raw',
    'µs CPU each',
    'CPUs busy',
    'p50 µs',
    'p99 µs',
    'errors',
  ];
  const table = new Table({
    head,
    colAligns: head.map((_, column) => (column === 0 ? 'left' : 'right')),
    style: { head: [], border: [], compact: true },
  });
  for (const row of rows) {
    table.push([
      row.strategy,
      integer(row.value),
      ratio(row.ratio),
      ratio(row.cpuRatio),
      row.cpuMicrosPerAnswer === null ? '' : row.cpuMicrosPerAnswer.median.toFixed(1),
      row.cpuShare === null ? '' : row.cpuShare.median.toFixed(2),
      integer(row.p50),
      integer(row.p99),
      row.errors,
    ]);
  }
  return table.toString();
}

function integer(spread: Spread | null): string {
  return spread === null ? '' : Math.round(spread.median).toLocaleString('en');
}

/** With the quartiles: two strategies whose ranges overlap may well be equal. */
function ratio(spread: Spread | null): string {
  if (spread === null) return '';
  const { median, low, high } = spread;
  return `${median.toFixed(2)} (${low.toFixed(2)}–${high.toFixed(2)})`;
}
