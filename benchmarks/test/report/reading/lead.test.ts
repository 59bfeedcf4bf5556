import { describe, expect, test } from '@jest/globals';
import { contestsOf } from '../../../dist/report/reading/contest.js';
import { leadOf, verdictOf } from '../../../dist/report/reading/lead.js';
import { resultOf } from '../../support/result.js';

test.each([
  ['ahead', [3, 1, 2]],
  ['level', [3, 1, -0.1]],
  ['behind', [-3, -1, -2]],
  ['unknown', [3, 2]],
  ['unknown', []],
  // With more rounds one that was disturbed does not count.
  ['ahead', [3, 1, 2, 1, -5]],
  ['level', [3, 1, 2, -1, -5]],
])('%s: %j', (verdict, differences) => {
  expect(verdictOf(differences)).toBe(verdict);
});

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

  test('divides by no zero', () => {
    expect(leadOfFirst('kills', [0, 0, 0], [3, 4, 5])).toMatchObject({ verdict: 'ahead', times: null });
    expect(leadOfFirst('kills', [0, 0, 0], [0, 0, 0])).toMatchObject({ verdict: 'level', times: null });
  });
});
