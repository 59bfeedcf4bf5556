import { describe, expect, test } from '@jest/globals';
import { contestsOf } from '../../../dist/report/reading/contest.js';
import { leadOf, verdictOf } from '../../../dist/report/reading/lead.js';
import { pairsForOneByChance } from '../../../dist/report/reading/noise.js';
import { resultOf } from '../../support/result.js';

test.each([
  ['ahead', [3, 1, 2]],
  ['level', [3, 1, -0.1]],
  ['behind', [-3, -1, -2]],
  ['unknown', [3, 2]],
  ['unknown', []],
  ['level', [0, 0, 0]],
  // More rounds do not make it easier.
  ['level', [3, 1, 2, 1, -5]],
  ['level', [3, 1, 2, 1, 4, 3, 1, 2, 1, 4, -1]],
  ['ahead', [3, 1, 2, 1, 4, 3, 1, 2, 1, 4, 1]],
])('%s: %j', (verdict, differences) => {
  expect(verdictOf(differences)).toBe(verdict);
});

test.each([3, 4, 5, 7, 9, 11])(
  'with %d rounds, as many outcomes of two equal strategies are a lead as it says',
  (rounds) => {
    const outcomes = Array.from({ length: 2 ** rounds }, (_, bits) =>
      Array.from({ length: rounds }, (__, round) => ((bits >> round) & 1 ? 1 : -1)),
    );
    const leads = outcomes.filter((differences) => verdictOf(differences) !== 'level');
    expect(outcomes.length / leads.length).toBe(pairsForOneByChance(rounds));
  },
);

describe('leadOf', () => {
  const leadOfFirst = (workload: string, first: number[], second: number[]) => {
    const [contest] = contestsOf(resultOf({ [workload]: { async: first, threading: second } }));
    const entry = (name: string) => contest!.entries.find(({ strategy }) => strategy.name === name)!;
    return leadOf(entry('async'), entry('threading'), contest!.workload.metric);
  };

  test('compares each round with its own: what slows down both hides no lead', () => {
    const lead = leadOfFirst('messages', [100, 1_000, 10, 500, 50], [50, 500, 5, 250, 25]);
    expect(lead).toMatchObject({ verdict: 'ahead', rounds: 5, times: { median: 2, low: 2, high: 2 } });
  });

  test('takes less for better where the metric says so', () => {
    const lead = leadOfFirst('mix', [1, 2, 3], [10, 20, 30]);
    expect(lead).toMatchObject({ verdict: 'ahead', times: { median: 10 } });
  });

  test('takes less than 3 % for no lead, even where all rounds agree', () => {
    expect(leadOfFirst('messages', [102, 102, 103], [100, 100, 100]).verdict).toBe('level');
    expect(leadOfFirst('messages', [102, 104, 104], [100, 100, 100]).verdict).toBe('ahead');
    expect(leadOfFirst('mix', [104, 104, 104], [100, 100, 100]).verdict).toBe('behind');
  });

  test('divides by no zero', () => {
    expect(leadOfFirst('kills', [0, 0, 0], [3, 4, 5])).toMatchObject({ verdict: 'ahead', times: null });
    expect(leadOfFirst('kills', [0, 0, 0], [0, 0, 0])).toMatchObject({ verdict: 'level', times: null });
  });
});
