import type { Workload } from '../../workloads/index.js';
import { listOf } from '../figures.js';
import type { Contest } from '../reading/contest.js';
import { answerOf, type Answer } from './answer.js';
import { DECISIONS, type Decision } from './decisions.js';
import { capitalized } from './phrases.js';

/** What an answer comes to in a line. Names of strategies stand in backticks. */
export interface ShortAnswer {
  readonly title: string;
  /** The one that is spoken of. */
  readonly workload: Workload;
  /** Which of this project's strategies, */
  readonly best: string;
  /** by how much, */
  readonly lead: string;
  /** and how it stands beside the peers. */
  readonly peers: string;
}

/** What stands above them: two questions, kept apart. */
export const IN_SHORT_HEAD = ['what is served', 'which of this project', 'beside the peers'] as const;

/** The answers, as decisions. Empty where there is only one: the answer itself is as short. */
export function inShort(contests: readonly Contest[]): ShortAnswer[] {
  const answers = contests.filter(({ workload }) => workload.sweep === undefined).map(answerOf);
  const told = DECISIONS.flatMap((decision) => shortAnswer(decision, answers));
  return told.length < 2 ? [] : told;
}

function shortAnswer({ title, workloads }: Decision, answers: readonly Answer[]): ShortAnswer[] {
  const [answer, ...others] = workloads.flatMap((name) =>
    answers.filter(({ workload }) => workload.name === name),
  );
  if (answer === undefined) return [];
  return [
    {
      title: capitalized(title ?? answer.workload.title),
      workload: answer.workload,
      best: answer.best.length === 0 ? 'none was measured' : listOf(answer.best.map(quoted), 'or'),
      lead: [
        leadOf(answer),
        ...failures(answer),
        ...others.flatMap((other) => exception(answer, other)),
      ].join('; '),
      peers: peersOf(answer),
    },
  ];
}

function leadOf({ verdict, figure = '', next }: Answer): string {
  const size = next && (next.size || `${figure}, and ${next.name} ${next.figure}`);
  switch (verdict) {
    case 'clear':
      return size ?? figure;
    case 'level':
      return next === undefined
        ? 'no difference beyond the noise'
        : `no difference beyond the noise; the first leads: ${size}`;
    case 'unknown':
      return size === undefined ? '' : `so far ${size}`;
    case 'only':
      return `${figure}; no other one was measured`;
  }
}

function peersOf({ best, figure = '', peer }: Answer): string {
  if (peer === undefined) return best.length === 0 ? '' : 'none was measured';
  const { name } = peer;
  const first = quoted(best[0] ?? '');
  const isAhead = `${name} is ahead: ${peer.size || `${peer.figure}, and ${first} ${figure}`}`;
  const noneIs = `none does better than ${first}: ${peer.size || `${figure}, and ${name} ${peer.figure}`}`;
  switch (peer.verdict) {
    case 'behind':
      return isAhead;
    case 'ahead':
      return noneIs;
    case 'level':
      return `no difference beyond the noise between ${first} and ${name}`;
    case 'unknown':
      return `so far ${peer.isNoWorse ? noneIs : isAhead}`;
  }
}

/** Whoever leads by not answering leads nowhere. */
function failures({ best, failing }: Answer): string[] {
  const some = best.filter((name) => failing.includes(name));
  return some.length === 0
    ? []
    : [`beware: not every answer of ${listOf(some.map(quoted))} was right and in time`];
}

/** Where none of the best is among the best. */
function exception({ best }: Answer, { workload, best: others }: Answer): string[] {
  if (others.length === 0 || others.some((name) => best.includes(name))) return [];
  return [`otherwise with ${workload.title}: ${listOf(others.map(quoted), 'or')}`];
}

function quoted(name: string): string {
  return `\`${name}\``;
}
