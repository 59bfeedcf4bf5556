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
  /** Engines whose run did not come to its end, and why. */
  readonly failures: readonly string[];
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

export function hasHeld(report: Report): boolean {
  return brokenLines(report).length === 0;
}

function brokenLines({ results, failures }: Report): string[] {
  return [
    ...failures,
    ...results.flatMap(({ engine, broken }) => broken.map((text) => `${engine}: ${text}`)),
  ];
}

function lastLine(report: Report): string {
  return hasHeld(report)
    ? `All held: ${report.results.map(({ engine }) => engine).join(', ')}.`
    : `NOT all held: ${brokenLines(report).length} promises were broken.`;
}

function machine(): string {
  const processors = cpus();
  return `${process.platform} on ${processors.length} × ${processors[0]?.model.trim() ?? 'unknown'}, ${megabytes(totalmem())} MB`;
}
