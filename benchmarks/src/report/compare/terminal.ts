import Table from 'cli-table3';
import type { Comparison } from './compare.js';
import { comparisonTable, comparisonWords } from './words.js';

/** What changed, as a table for the terminal. */
export function renderComparison(comparison: Comparison): string {
  const words = withoutQuotes(comparisonWords(comparison).join('\n'));
  const figures = comparisonTable(comparison);
  if (figures === undefined) return words;
  const { head, rows } = figures;
  const table = new Table({
    head: [...head],
    colAligns: head.map((name) => (['before', 'after', 'change'].includes(name) ? 'right' : 'left')),
    style: { head: [], border: [], compact: true },
  });
  for (const row of rows) table.push(row.map(withoutQuotes));
  return `${words}\n${table.toString()}`;
}

function withoutQuotes(text: string): string {
  return text.replaceAll('`', '');
}
