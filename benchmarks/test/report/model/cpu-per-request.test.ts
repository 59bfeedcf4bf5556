import { expect, test } from '@jest/globals';
import { breakEvens, costsOfWork } from '../../../dist/report/model/cpu-per-request.js';
import { contestsOf } from '../../../dist/report/reading/contest.js';
import { around, resultOf, type Measured } from '../../support/result.js';

/** A server that needs `own` µs of a CPU beside the work, and has so many of them. */
const perSecond = (work: number, { own, cpus }: { own: number; cpus: number }): number[] =>
  around((1e6 / (own + work)) * cpus, 0);

function costsOf(works: readonly number[]) {
  const measured: Measured = Object.fromEntries(
    works.map((work) => [
      `cpu-${work}us`,
      {
        async: perSecond(work, { own: 40, cpus: 1 }).map((value) => ({
          value,
          cpuMicrosPerAnswer: 40 + work,
        })),
        threading: perSecond(work, { own: 100, cpus: 2 }).map((value) => ({
          value,
          cpuMicrosPerAnswer: 100 + work,
        })),
      },
    ]),
  );
  return costsOfWork(contestsOf(resultOf(measured)));
}

test('what a strategy costs is told apart from what the work costs', () => {
  const [threading] = costsOf([100, 200, 1_000]).filter(({ strategy }) => strategy.name === 'threading');
  expect(threading!.cpu!.intercept).toBeCloseTo(100, 6);
  expect(threading!.cpu!.slope).toBeCloseTo(1, 6);
  expect(threading!.interval.intercept).toBeCloseTo(50, 6);
  expect(threading!.interval.slope).toBeCloseTo(0.5, 6);
});

test('threads answer more than one loop from where both need the same time', () => {
  // 40 + w = (100 + w) / 2 at w = 20.
  const [evens] = breakEvens(costsOf([100, 200, 1_000]), 'async');
  expect(evens).toMatchObject({ loop: { name: 'async' }, parallel: { name: 'threading' } });
  expect(evens!.micros).toBeCloseTo(20, 6);
});

test('two costs of work are too few', () => {
  expect(costsOf([100, 1_000])).toEqual([]);
});
