import { expect, test } from '@jest/globals';
import { Latencies } from '../../dist/load/latencies.js';

/** 1, 2, … microseconds. */
function counted(from: number, to: number): Latencies {
  const latencies = new Latencies();
  for (let value = from; value <= to; value++) latencies.record(value);
  return latencies;
}

test.each([1, 50, 90, 99, 99.9, 100])('percentile %d is right within 1 in 512', (percent) => {
  const exact = percent * 1_000;
  const measured = counted(1, 100_000).percentile(percent);
  expect(Math.abs(measured - exact)).toBeLessThanOrEqual(exact / 512);
});

test('small values are exact', () => {
  expect(counted(1, 100).percentile(37)).toBe(37);
});

test('merged histograms are those of all values', () => {
  const merged = new Latencies();
  merged.merge(counted(1, 500).toJSON());
  merged.merge(counted(501, 1_000).toJSON());
  const whole = counted(1, 1_000);
  expect(merged.total).toBe(1_000);
  for (const percent of [10, 50, 99]) expect(merged.percentile(percent)).toBe(whole.percentile(percent));
});

test('without values there is no percentile', () => {
  expect(new Latencies().percentile(50)).toBeNaN();
});
