import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { StartBackoff, waitAfter } from '../../src/workers/pool/start-backoff.js';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

describe('the wait after failed starts', () => {
  test('doubles up to a second', () => {
    expect([1, 2, 3, 4, 5, 50].map(waitAfter)).toEqual([100, 200, 400, 800, 1_000, 1_000]);
  });

  test('ends in another try; several that fail together count once', () => {
    const backoff = new StartBackoff();
    const retry = jest.fn();
    backoff.failed(retry);
    backoff.failed(retry);
    expect(backoff).toMatchObject({ failures: 1, isWaiting: true });
    jest.advanceTimersByTime(99);
    expect(retry).not.toHaveBeenCalled();
    jest.advanceTimersByTime(1);
    expect(retry).toHaveBeenCalledTimes(1);
    expect(backoff.isWaiting).toBe(false);
  });

  test('stays short for a worker that was killed, which still counts', () => {
    const backoff = new StartBackoff();
    for (let failure = 1; failure <= 4; failure++) {
      const retry = jest.fn();
      backoff.killed();
      backoff.failed(retry);
      jest.advanceTimersByTime(100);
      expect(retry).toHaveBeenCalled();
      expect(backoff.failures).toBe(failure);
    }
  });

  test('is forgotten when a worker serves that was started since, and not for an older one', () => {
    const backoff = new StartBackoff();
    const older = { startedAt: performance.now() - 1 };
    backoff.failed(() => {});
    backoff.proven(older);
    expect(backoff.failures).toBe(1);
    backoff.proven({ startedAt: performance.now() + 1 });
    expect(backoff).toMatchObject({ failures: 0, isWaiting: true });
  });

  test('is not for a worker that has lived for long', () => {
    const backoff = new StartBackoff();
    expect(backoff.counts({ startedAt: performance.now() })).toBe(true);
    expect(backoff.counts({ startedAt: performance.now() - 10_001 })).toBe(false);
  });

  test('ends with the server', () => {
    const backoff = new StartBackoff();
    const retry = jest.fn();
    backoff.failed(retry);
    backoff.stop();
    jest.advanceTimersByTime(10_000);
    expect(retry).not.toHaveBeenCalled();
  });
});
