import { sumOf } from '../clients/tally.js';
import { TARGETS } from '../protocol.js';
import type { EngineResult } from './result.js';
import { fates, STREAMS } from './scene.js';

const MB = 1_048_576;
/**
 * Resident memory of all processes, when V8 and the C library have given back what nothing uses: compiled code, and blocks
 * of the C library of which a small part is in use. Found to be 4 MB (async), 7 MB (threading) and 9 MB (forking, six
 * processes) more after some minutes of all faults on Node 20, and up to 23 MB on Node 26.
 */
const RSS_SLACK_MB = 48;
/** Memory after all garbage was collected: code, caches and statistics, but nothing of each request. */
const HEAP_SLACK_MB = 16;

export const TOLERANCES =
  `descriptors and processes: none more than before; heap of the server after a collection: ${HEAP_SLACK_MB} MB more; ` +
  `resident memory after giving back what nothing uses: ${RSS_SLACK_MB} MB more`;

export type Evidence = Omit<EngineResult, 'broken'>;

/** Everything that did not hold, in words. */
export function judge(evidence: Evidence): string[] {
  return [
    ...judgeFaults(evidence),
    ...judgeClients(evidence),
    ...judgeBooks(evidence),
    ...judgeUsage(evidence),
  ];
}

function judgeFaults({ faults }: Evidence): string[] {
  return faults.flatMap(({ name, broken }) => broken.map((text) => `${name}: ${text}`));
}

function judgeClients({ clients, steady }: Evidence): string[] {
  const all = sumOf(TARGETS.map((target) => clients[target]));
  const broken: string[] = [];
  if (all.hung > 0) broken.push(`${all.hung} clients hung`);
  if (all.wrong > 0) broken.push(`${all.wrong} clients read what they should not have`);
  for (const target of TARGETS) {
    if (steady[target].answered === 0) {
      broken.push(`no client of the steady load over ${target} was answered: ${fates(steady[target])}`);
    }
  }
  return [...broken, ...all.notes];
}

function judgeBooks({ stats, clients, faults }: Evidence): string[] {
  const broken: string[] = [];
  for (const target of TARGETS) {
    const { wrong, looks, total } = stats[target];
    broken.push(...wrong.map((text) => `the books of ${target}: ${text}`));
    if (looks === 0) broken.push(`the books of ${target} were never looked at`);
    if (total.active !== 0) broken.push(`${total.active} requests over ${target} are active after the end`);
    if (total.accepted > clients[target].connected) {
      broken.push(
        `${clients[target].connected} clients came over ${target}, ${total.accepted} were accepted`,
      );
    }
  }
  // Who was ended in a backlog came over either.
  let untaken = faults.reduce((sum, fault) => sum + fault.untaken, 0);
  for (const target of STREAMS) {
    const { connected } = clients[target];
    const missing = connected - stats[target].total.accepted;
    if (missing > untaken)
      broken.push(`${missing} of ${connected} clients over ${target} were never counted`);
    untaken -= missing;
  }
  return broken;
}

function judgeUsage({ before, after }: Evidence): string[] {
  const broken: string[] = [];
  if (after.fds > before.fds) {
    const kinds = `${JSON.stringify(before.kinds)} before, ${JSON.stringify(after.kinds)} after`;
    broken.push(`${before.fds} descriptors before, ${after.fds} after; of the server's own process ${kinds}`);
  }
  if (after.processes !== before.processes) {
    broken.push(`${before.processes} processes before, ${after.processes} after`);
  }
  if (after.heapBytes > before.heapBytes + HEAP_SLACK_MB * MB) {
    broken.push(`heap: ${megabytes(before.heapBytes)} MB before, ${megabytes(after.heapBytes)} MB after`);
  }
  if (after.rssBytes > before.rssBytes + RSS_SLACK_MB * MB) {
    broken.push(`resident: ${megabytes(before.rssBytes)} MB before, ${megabytes(after.rssBytes)} MB after`);
  }
  return broken;
}

export function megabytes(bytes: number): number {
  return Math.round(bytes / MB);
}
