import type { TextTable } from '../words/tables.js';

/** A table of Markdown, under its caption. */
export function markdownTable({ caption, head, rows }: TextTable): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(escapeCell).join(' | ')} |`;
  const rule = `|${head.map((_, column) => (column === 0 ? '---' : '---:')).join('|')}|`;
  return [`${caption}:`, '', line(head), rule, ...rows.map(line)].join('\n');
}

export function markdownList(items: readonly string[]): string {
  return items.map((item) => `- ${item}`).join('\n');
}

function escapeCell(text: string): string {
  return text.replaceAll('|', '\\|');
}
