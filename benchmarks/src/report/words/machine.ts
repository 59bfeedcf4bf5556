import { figure } from '../figures.js';
import { LEAST_ROUNDS } from '../reading/noise.js';
import type { Result, SubjectFacts } from '../result-file.js';

/** What the figures came from, in one line. */
export function machineLine({ machine }: Result): string {
  const { cpus, cpuModel, memoryBytes, system, node, loadNode } = machine;
  const load = loadNode === node ? '' : ` (the load: ${loadNode})`;
  return `${cpus} × ${cpuModel}, ${figure(memoryBytes, 'bytes')} of memory, ${system}, Node ${node}${load}`;
}

/** How it was measured, in one line. */
export function methodLine({ method, startedAt, workloads }: Result): string {
  const { rounds, measureMs, warmUpMs, workers } = method;
  const most = Math.max(...workloads.map(({ warmUps = 1 }) => warmUps));
  const count = rounds === 1 ? 'one round' : `${rounds} rounds`;
  const longer =
    most > 1 ? ` (up to ${figure(warmUpMs * most, 'ms')} where each request is a connection)` : '';
  const each = `${figure(measureMs, 'ms')} each after ${figure(warmUpMs, 'ms')} of warm-up${longer}`;
  return `${dateOf(startedAt)}; ${count} of ${each}, ${workers} ${workers === 1 ? 'worker' : 'workers'} unless a workload says otherwise`;
}

/** What was served, if it was not the tool's own handler. */
export function subjectLine({ handler, requestBytes, answerBytes }: SubjectFacts): string {
  const answer =
    answerBytes === null
      ? 'answers that differ and were not compared'
      : `an answer of ${figure(answerBytes, 'bytes')}`;
  return `Your handler: ${handler}, a request of ${figure(requestBytes, 'bytes')}, ${answer}`;
}

function dateOf(startedAt: string): string {
  return `${startedAt.slice(0, 10)}, ${startedAt.slice(11, 16)} UTC`;
}

/** What others may use of all CPUs: more is no background of a machine any more. */
const QUIET_SHARE = 0.1;

/** What one has to know before one believes the figures. */
export function cautions({ machine, isInterrupted, method }: Result): string[] {
  const found = [];
  if (isInterrupted) found.push('The run was ended early: not every round was measured.');
  if (method.quick) found.push('This was a quick run: fewer workloads, and shorter, than a full one.');
  if (method.rounds < LEAST_ROUNDS) {
    const count = method.rounds === 1 ? 'One round gives' : `${method.rounds} rounds give`;
    found.push(
      `${count} a first impression: a lead can only be told from noise with ${LEAST_ROUNDS} or more.`,
    );
  }
  const { busyShare = 0 } = machine;
  if (busyShare > QUIET_SHARE) {
    found.push(
      `The machine was busy with other work when the run began (${Math.round(busyShare * 100)} % of its CPUs): ratios tell more than figures.`,
    );
  }
  return found;
}
