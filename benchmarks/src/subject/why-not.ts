import type { Strategy } from '../strategies/index.js';
import type { Workload } from '../workloads/index.js';
import type { Probed } from './probe.js';

/** Whether a workload sends nothing that only the tool's own handlers understand. */
export function servesAnyHandler({ kind, load, beside, maxRequestsPerWorker }: Workload): boolean {
  return (
    kind === 'load' &&
    load.work === 'light' &&
    load.transport !== 'udp' &&
    beside === undefined &&
    maxRequestsPerWorker === undefined
  );
}

/** The reason why a strategy cannot run a workload with the user's handler. @returns undefined if it can */
export function whyNotSubject(
  { answersRepeatedly, request }: Probed,
  { isOurs, style }: Strategy,
  workload: Workload,
): string | undefined {
  if (!servesAnyHandler(workload))
    return "the workload asks for what only the tool's own handlers do, and the handler is yours";
  if (!isOurs) return 'it does not run handlers of this project';
  if (style === 'files') return 'it differs from async in its handler only, and the handler is yours';
  if (workload.load.connection !== 'kept' || answersRepeatedly) return undefined;
  if ('answer' in request && request.answer === null) {
    return 'the answers of the handler differ: on an open connection none could be told from the next';
  }
  return 'the handler does not answer one request after the other on one connection';
}
