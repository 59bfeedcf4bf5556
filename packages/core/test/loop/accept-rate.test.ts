import { expect, test } from '@jest/globals';
import { AcceptRate } from '../../src/loop/accept-rate.js';

/** When requests are taken, in ms, by a server that takes each as soon as it may. */
function times(perSecond: number, count: number): number[] {
  const rate = new AcceptRate();
  let now = 1_000;
  return Array.from({ length: count }, () => {
    now += rate.waitMs(now);
    rate.took(perSecond, now);
    return now - 1_000;
  });
}

test('a handful come at once, the others at an even pace', () => {
  // At 20 a second, a tenth of a second holds two beside the first.
  expect(times(20, 6)).toEqual([0, 0, 0, 50, 100, 150]);
});

test('less than one a second', () => {
  expect(times(0.5, 3)).toEqual([0, 1_900, 3_900]);
});

test('quiet times are not saved up', () => {
  const rate = new AcceptRate();
  rate.took(10, 0);
  rate.took(10, 60_000);
  expect(rate.waitMs(60_000)).toBe(0);
  rate.took(10, 60_000);
  expect(rate.waitMs(60_000)).toBe(100);
});
