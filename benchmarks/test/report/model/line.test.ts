import { describe, expect, test } from '@jest/globals';
import { crossing, fitLine, valueOn } from '../../../dist/report/model/line.js';

const line = (intercept: number, slope: number, xs = [100, 200, 1_000]) =>
  fitLine(xs.map((x) => ({ x, y: intercept + slope * x })))!;

describe('fitLine', () => {
  test.each([
    [30, 1.1],
    [0, 2],
    [45, 0],
  ])('finds y = %d + %d x', (intercept, slope) => {
    const fit = line(intercept, slope);
    expect(fit.intercept).toBeCloseTo(intercept, 8);
    expect(fit.slope).toBeCloseTo(slope, 8);
    expect(fit.quality).toMatchObject({ points: 3 });
    expect(fit.quality.error).toBeLessThan(1e-9);
    expect(valueOn(fit, 5_000)).toBeCloseTo(intercept + slope * 5_000, 6);
  });

  test('has no negative part where the figures fall', () => {
    const fit = fitLine([8, 64, 512].map((x, index) => ({ x, y: 50 - index })))!;
    expect(fit.slope).toBe(0);
    expect(fit.intercept).toBeCloseTo(49, 0);
  });

  test('fits nothing to two places: nothing would be left to judge it by', () => {
    expect(fitLine([1, 1, 2, 2].map((x) => ({ x, y: x })))).toBeUndefined();
  });
});

describe('crossing', () => {
  test('says where one line comes to lie above another one', () => {
    // One loop: 30 µs and all of the work; two workers: 60 µs and half of it.
    expect(crossing(line(30, 1), line(60, 0.5))).toBeCloseTo(60, 6);
  });

  test('is 0 where it does from the start, and undefined where it never does', () => {
    expect(crossing(line(60, 1), line(30, 0.5))).toBe(0);
    expect(crossing(line(30, 0.5), line(60, 1))).toBeUndefined();
  });
});
