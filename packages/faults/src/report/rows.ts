import type { ServerStats } from '@socketserver/core';
import { sumOf } from '../clients/tally.js';
import { TARGETS } from '../protocol.js';
import type { EngineResult, FaultResult } from '../run/result.js';
import { megabytes } from '../run/verdict.js';

type Rows = string[][];

/** One column for each engine. */
export function summaryRows(results: readonly EngineResult[]): Rows {
  const line = (title: string, cell: (result: EngineResult) => string): string[] => [
    title,
    ...results.map(cell),
  ];
  const clients = (result: EngineResult) => sumOf(TARGETS.map((target) => result.clients[target]));
  const total = (result: EngineResult, name: keyof ServerStats): string =>
    number(TARGETS.reduce((sum, target) => sum + result.stats[target].total[name], 0));
  return [
    line('', ({ engine }) => engine),
    line('load: answers a second', ({ requestsPerSecond }) => number(Math.round(requestsPerSecond))),
    line('load: most clients at once', (result) => number(mostAtOnce(result))),
    line('faults injected', ({ faults }) => number(faults.reduce((sum, { injected }) => sum + injected, 0))),
    line('clients and datagrams', (result) => number(clients(result).connected + clients(result).refused)),
    line('… answered', (result) => number(clients(result).answered)),
    line('… ended by the fault', (result) => number(clients(result).ended)),
    line('… refused', (result) => number(clients(result).refused)),
    line('… left by themselves', (result) => number(clients(result).left)),
    line('… datagrams lost', (result) => number(clients(result).lost)),
    line('… wrong answer', (result) => number(clients(result).wrong)),
    line('… HUNG', (result) => number(clients(result).hung)),
    line('requests accepted', (result) => total(result, 'accepted')),
    line('… completed', (result) => total(result, 'completed')),
    line('… failed', (result) => total(result, 'failed')),
    line('… disconnected', (result) => total(result, 'disconnected')),
    line('… rejected', (result) => total(result, 'rejected')),
    line('datagrams dropped', (result) => total(result, 'dropped')),
    line('accounting', accounting),
    line('descriptors', ({ before, after }) => `${before.fds} → ${after.fds}`),
    line('processes', ({ before, after }) => `${before.processes} → ${after.processes}`),
    line('threads', ({ before, after }) => `${before.threads} → ${after.threads}`),
    line(
      'heap of the server, MB',
      ({ before, after }) => `${megabytes(before.heapBytes)} → ${megabytes(after.heapBytes)}`,
    ),
    line(
      'resident, all processes, MB',
      ({ before, after }) => `${megabytes(before.grownRssBytes)} → ${megabytes(after.grownRssBytes)}`,
    ),
    line(
      '… after giving back what nothing uses',
      ({ before, after }) => `${megabytes(before.rssBytes)} → ${megabytes(after.rssBytes)}`,
    ),
    line('seconds', ({ seconds }) => number(Math.round(seconds))),
    line('all held', ({ broken }) => (broken.length === 0 ? 'yes' : 'NO')),
  ];
}

/** One line for each fault, one column for each engine. */
export function faultRows(results: readonly EngineResult[]): Rows {
  const faults = results[0]?.faults ?? [];
  return [
    ['fault', ...results.map(({ engine }) => engine)],
    ...faults.map(({ name, title }) => [
      title,
      ...results.map((result) => faultCell(result.faults.find((fault) => fault.name === name))),
    ]),
  ];
}

function faultCell(result: FaultResult | undefined): string {
  switch (result?.status) {
    case undefined:
    case 'elsewhere':
      return '–';
    case 'not available':
      return 'not available';
    case 'held':
      return number(result.injected);
    case 'broken':
      return `${number(result.injected)} BROKEN`;
  }
}

/** Over all targets, of each the most. */
function mostAtOnce({ clients }: EngineResult): number {
  return TARGETS.reduce((sum, target) => sum + clients[target].mostAtOnce, 0);
}

function accounting({ stats }: EngineResult): string {
  const looks = TARGETS.reduce((sum, target) => sum + stats[target].looks, 0);
  const wrong = TARGETS.some((target) => stats[target].wrong.length > 0);
  return `${wrong ? 'WRONG' : 'exact'} (${number(looks)} looks)`;
}

function number(value: number): string {
  return value.toLocaleString('en');
}
