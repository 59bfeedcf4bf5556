import { cpus, totalmem } from 'node:os';
import type { EngineResult } from '../run/result.js';
import { megabytes, TOLERANCES } from '../run/verdict.js';
import { faultRows, summaryRows } from './rows.js';
import { markdownTable, plainTable } from './table.js';

export interface Report {
  readonly seed: number;
  readonly minutes: number;
  readonly command: string;
  readonly results: readonly EngineResult[];
}

/** What is printed at the end; its last line says whether all held. */
export function asText(report: Report): string {
  const { results } = report;
  return [
    '',
    plainTable(summaryRows(results)),
    '',
    'How often each fault was injected (–: this engine has no such thing):',
    plainTable(faultRows(results)),
    '',
    `Tolerances: ${TOLERANCES}.`,
    `Repeat with: ${report.command}`,
    ...brokenLines(report),
    lastLine(report),
  ].join('\n');
}

/** The same for docs/reliability.md. */
export function asMarkdown(report: Report): string {
  const { results } = report;
  return [
    `\`${report.command}\`, Node ${process.versions.node}, ${machine()}:`,
    '',
    markdownTable(summaryRows(results)),
    '',
    'How often each fault was injected (–: this engine has no such thing):',
    '',
    markdownTable(faultRows(results)),
    '',
    `Tolerances: ${TOLERANCES}.`,
    '',
    ...brokenLines(report),
    lastLine(report),
    '',
  ].join('\n');
}

function brokenLines({ results }: Report): string[] {
  return results.flatMap(({ engine, broken }) => broken.map((text) => `${engine}: ${text}`));
}

function lastLine({ results }: Report): string {
  const count = results.reduce((sum, { broken }) => sum + broken.length, 0);
  return count === 0
    ? `All held: ${results.map(({ engine }) => engine).join(', ')}.`
    : `NOT all held: ${count} promises were broken.`;
}

function machine(): string {
  const processors = cpus();
  return `${process.platform} on ${processors.length} × ${processors[0]?.model.trim() ?? 'unknown'}, ${megabytes(totalmem())} MB`;
}
