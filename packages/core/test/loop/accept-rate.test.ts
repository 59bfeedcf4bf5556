import { expect, test } from '@jest/globals';
import { AcceptRate } from '../../src/loop/accept-rate.js';

/** When requests are taken, in ms, by a server that takes each as soon as it may, and is woken `lateMs` late. */
function times(perSecond: number, count: number, lateMs = 0): number[] {
  const rate = new AcceptRate();
  let now = 1_000;
  return Array.from({ length: count }, () => {
    const waitMs = rate.waitMs(now);
    if (waitMs > 0) now += waitMs + lateMs;
    rate.took(perSecond, now);
    return now - 1_000;
  });
}

test('requests come at an even pace from the first one on', () => {
  expect(times(20, 4)).toEqual([0, 50, 100, 150]);
  expect(times(0.5, 3)).toEqual([0, 2_000, 4_000]);
});

test.each([1, 20, 100, 1_000, 5_000])(
  '%d a second are no more in the first second, and hardly fewer',
  (perSecond) => {
    for (const lateMs of [0, 1.5]) {
      const inTheFirst = times(perSecond, 2 * perSecond, lateMs).filter((time) => time < 999.999);
      expect(inTheFirst.length).toBeLessThanOrEqual(perSecond);
      expect(inTheFirst.length).toBeGreaterThanOrEqual(perSecond - Math.ceil((lateMs * perSecond) / 1_000));
    }
  },
);

test('quiet times are not saved up', () => {
  const rate = new AcceptRate();
  rate.took(10, 0);
  rate.took(10, 60_000);
  expect(rate.waitMs(60_000)).toBe(100);
});

test('nor is a time in which the loop was busy', () => {
  const rate = new AcceptRate();
  rate.took(1_000, 0);
  rate.took(1_000, 50);
  expect(rate.waitMs(50)).toBe(1);
});
