import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { BarrenDeaths } from '../src/barren-deaths.js';

const onRetry = jest.fn();
let deaths: BarrenDeaths;

beforeEach(() => {
  jest.useFakeTimers();
  onRetry.mockClear();
  deaths = new BarrenDeaths(onRetry);
});

afterEach(() => {
  deaths.stop();
  jest.useRealTimers();
});

const die = (times: number): unknown[] =>
  Array.from({ length: times }, () => deaths.count(new Error('broken')));

test('three in a row are too many, which is told once', () => {
  const error = { code: 'ERR_SOCKETSERVER_THREADS_FAILED', cause: { message: 'broken' } };
  expect(die(2)).toEqual([undefined, undefined]);
  expect(deaths.areTooMany).toBe(false);
  expect(die(2)).toMatchObject([error, undefined]);
  expect(deaths.areTooMany).toBe(true);
});

test('after a while it is tried again, and if that fails too it is not told again', () => {
  die(3);
  jest.advanceTimersByTime(9_999);
  expect(onRetry).not.toHaveBeenCalled();
  jest.advanceTimersByTime(1);
  expect(onRetry).toHaveBeenCalledTimes(1);
  expect(deaths.areTooMany).toBe(false);
  expect(die(3)).toEqual([undefined, undefined, undefined]);
  expect(deaths.areTooMany).toBe(true);
});

test('a thread that was started since and has served makes all of it forgotten', () => {
  const before = performance.now() - 1;
  die(3);
  deaths.served(before);
  expect(deaths.areTooMany).toBe(true);
  deaths.served(performance.now() + 1);
  expect(deaths.areTooMany).toBe(false);
  jest.advanceTimersByTime(20_000);
  expect(onRetry).not.toHaveBeenCalled();
  expect(die(3).at(-1)).toBeDefined();
});

test('once it is stopped nothing is tried any more', () => {
  die(3);
  deaths.stop();
  expect(jest.getTimerCount()).toBe(0);
});
