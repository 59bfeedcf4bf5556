import { expect, test } from '@jest/globals';
import type { RoundTrial } from '../../dist/measure/rounds.js';
import { summarize } from '../../dist/report/summary.js';
import { trialOf } from '../support/trials.js';

function trial(strategy: string, round: number, value: number): RoundTrial {
  return {
    ...trialOf({ workload: 'messages', strategy, round, value }),
    wrong: 1,
    timedOut: 2,
    failed: { ECONNRESET: 3 },
    cpuMicrosPerAnswer: value / 10,
  };
}

test('each round is compared with its own baseline, and the median taken of the ratios', () => {
  const trials = [
    ...[100, 10, 1_000].map((value, round) => trial('raw', round, value)),
    ...[50, 9, 1_100].map((value, round) => trial('other', round, value)),
  ];
  const [raw, other] = summarize(trials, 'raw');
  expect(raw).toMatchObject({ strategy: 'raw', ratio: null, value: { median: 100 } });
  expect(other!.ratio!.median).toBeCloseTo(0.9);
  expect(other!.cpuRatio!.median).toBeCloseTo(0.9);
  expect(other!.errors).toBe(3 * (1 + 2 + 3));
});
