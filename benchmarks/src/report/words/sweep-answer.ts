import { ratiosOf } from '../../measure/ratios.js';
import { listOf } from '../figures.js';
import type { Curve, Sweep } from '../reading/sweep.js';
import { answerOf } from './answer.js';
import { rangeOf } from './phrases.js';

/** Who leads where, and what becomes of each strategy from the first point of a sweep to the last. */
export function connectionsAnswer(sweep: Sweep): string[] {
  const ours = sweep.curves.filter(({ strategy }) => strategy.isOurs);
  return [...leadersAlong(sweep), ...ours.flatMap(fromFirstToLast)];
}

interface Leaders {
  readonly best: readonly string[];
  /** The counts, one after the other, at which they lead. */
  readonly at: string[];
}

function leadersAlong({ contests }: Sweep): string[] {
  const leaders: Leaders[] = [];
  for (const contest of contests) {
    const { best } = answerOf(contest);
    if (best.length === 0) continue;
    const at = (contest.workload.sweep?.at ?? NaN).toLocaleString('en');
    const last = leaders.at(-1);
    if (last !== undefined && last.best.join() === best.join()) last.at.push(at);
    else leaders.push({ best, at: [at] });
  }
  if (leaders.length === 0) return [];
  const phrases = leaders.map(({ best, at }, index) => {
    const names = listOf(best.map((one) => `\`${one}\``));
    const verb = best.length === 1 ? 'answers' : 'answer';
    return index === 0
      ? `${names} ${verb} most with ${listOf(at)} connections`
      : `${names} with ${listOf(at)}`;
  });
  const several = leaders.some(({ best }) => best.length > 1)
    ? ' Several names lie within the noise of one another.'
    : '';
  return [`Of this project, ${phrases.join('; ')}.${several}`];
}

/** What each strategy gains by workers. */
export function workersAnswer(sweep: Sweep, cpus: number): string[] {
  return sweep.curves
    .filter(({ strategy }) => strategy.isOurs)
    .map(({ strategy, points }) => {
      const [first, ...more] = points;
      const gains = more.flatMap(({ at, entry }) => {
        const times = first && ratiosOf(entry.trials, first.entry.trials, ({ value }) => value);
        const beyond = at > cpus ? `, more than the ${cpus} CPUs here` : '';
        return times ? [`with ${at}${beyond}, ${times.median.toFixed(2)} times (${rangeOf(times)})`] : [];
      });
      const base = `what it does with ${first?.at === 1 ? 'one worker' : `${first?.at} workers`}`;
      return `\`${strategy.name}\`, beside ${base}: ${gains.join('; ')}.`;
    });
}

function fromFirstToLast({ strategy, points }: Curve): string[] {
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined || first === last) return [];
  const times = ratiosOf(last.entry.trials, first.entry.trials, ({ value }) => value);
  if (times === null) return [];
  const [from, to] = [first.at.toLocaleString('en'), last.at.toLocaleString('en')];
  return [
    `\`${strategy.name}\` answers ${times.median.toFixed(2)} times as many with ${to} connections as with ${from} (${rangeOf(times)}).`,
  ];
}
