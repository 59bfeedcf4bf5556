import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { FAULTS, Random, runEngine, type EngineResult } from '@socketserver/faults';

jest.setTimeout(90_000);

const SABOTAGE = new URL('./fixtures/sabotage.mjs', import.meta.url);

/** The proof of servers with a flaw, under load for a few seconds. */
function proofOf(flaw: string): Promise<EngineResult> {
  process.env['FLAW'] = flaw;
  return runEngine({
    engine: 'async',
    faults: FAULTS.filter(({ name }) => name === 'half-close'),
    random: new Random(1),
    seconds: 2,
    isSoak: false,
    program: SABOTAGE,
    hungAfterMs: 2_000,
  });
}

afterEach(() => {
  delete process.env['FLAW'];
});

test('servers without a flaw hold', async () => {
  const { broken, faults, steady, clients, stats } = await proofOf('none');
  expect(broken).toEqual([]);
  expect(faults.map(({ name, status }) => `${name} ${status}`)).toEqual(['half-close held']);
  expect(steady.tcp.answered).toBeGreaterThan(0);
  expect(clients.tcp).toMatchObject({ hung: 0, wrong: 0, ended: 0, connected: stats.tcp.total.accepted });
});

describe('the proof finds a server that', () => {
  test.each([
    ['leaks descriptors', 'descriptor', /descriptors before, .*\/dev\/null/],
    ['leaves processes behind', 'process', /1 processes before, [23] after/],
    ['keeps memory', 'memory', /^heap: \d+ MB before/],
    ['keeps memory that V8 knows nothing of', 'native', /^resident: \d+ MB before/],
    ['closes connections that it does not count', 'uncounted', /clients over tcp were never counted/],
    [
      'counts requests that never were',
      'miscounted',
      /the books of tcp: \d+ requests were taken, \d+ counted/,
    ],
    ['lets clients hang', 'hang', /\d+ clients hung/],
  ])('%s', async (_, flaw, expected) => {
    const { broken } = await proofOf(flaw);
    expect(broken.join('\n')).toMatch(new RegExp(expected.source, 'm'));
  });

  test('dies', async () => {
    await expect(proofOf('crash')).rejects.toThrow(/Expected the server program to go on, got its end \(7\)/);
  });
});
