import { ratiosOf } from '../../measure/ratios.js';
import { listOf } from '../figures.js';
import type { Curve, Sweep } from '../reading/sweep.js';
import { answerOf } from './answer.js';
import { rangeOf } from './phrases.js';

/** Who leads where, and what becomes of each strategy from the first point of a sweep to the last. */
export function connectionsAnswer(sweep: Sweep): string[] {
  const leads = sweep.contests.map((contest) => {
    const { best } = answerOf(contest);
    return { at: contest.workload.sweep?.at ?? NaN, best: listOf(best.map((one) => `\`${one}\``)) };
  });
  const changes = leads.filter(({ best }, index) => best !== leads[index - 1]?.best);
  const phrases = changes.map(({ at, best }, index) =>
    index === 0
      ? `with ${at.toLocaleString('en')} connections ${best}`
      : `from ${at.toLocaleString('en')} on ${best}`,
  );
  const always = changes.length === 1 ? ', and at every other number of them' : '';
  const leaders =
    `Of this project answers most: ${phrases.join('; ')}${always}.` +
    (changes.some(({ best }) => best.includes(' and '))
      ? ' Several names lie within the noise of one another.'
      : '');
  return [leaders, ...sweep.curves.filter(({ strategy }) => strategy.isOurs).flatMap(fromFirstToLast)];
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
