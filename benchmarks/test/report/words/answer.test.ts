import { describe, expect, test } from '@jest/globals';
import { contestsOf } from '../../../dist/report/reading/contest.js';
import { answerOf } from '../../../dist/report/words/answer.js';
import { around, latency, resultOf, type Measured } from '../../support/result.js';

function answer(workload: string, byStrategy: Measured[string]) {
  return answerOf(contestsOf(resultOf({ [workload]: byStrategy }))[0]!);
}

describe('answerOf', () => {
  test('names the best, by how much, and that it is beyond the noise', () => {
    const { verdict, best, sentences } = answer('cpu-200us', {
      raw: around(4_000),
      async: around(4_000),
      threading: around(7_600).map((value) => ({ value, latency: latency(2_000) })),
    });
    expect({ verdict, best }).toEqual({ verdict: 'clear', best: ['threading'] });
    expect(sentences).toEqual([
      '`threading` answers most: 7,600 per second, round by round 1.90 times as many as `async`, beyond the noise ' +
        '(1.90 to 1.90 times in the middle half of 5 rounds).',
      'With `threading`, 99 of 100 answers come within 10 ms.',
      'No peer does better; the best of them is `raw`: 4,000 per second.',
    ]);
  });

  test('the same figures the other way round make the other one the best', () => {
    const { best, sentences } = answer('cpu-200us', { async: around(7_600), threading: around(4_000) });
    expect(best).toEqual(['async']);
    expect(sentences[0]).toMatch(
      /^`async` answers most: 7,600 per second, round by round 1\.90 times as many as `threading`/,
    );
  });

  test('a small lead is told in percent', () => {
    const { sentences } = answer('messages', { async: around(1_070, 0), threading: around(1_000, 0) });
    expect(sentences[0]).toContain('7 % more than `threading`, beyond the noise');
  });

  test('says that the size of a lead is that of the rounds, and not of the medians', () => {
    const { sentences } = answer('messages', { async: [110, 200, 330], threading: [100, 190, 220] });
    expect(sentences[0]).toBe(
      '`async` answers most: 200 per second, round by round 10 % more than `threading`, beyond the noise ' +
        '(1.08 to 1.30 times in the middle half of 3 rounds).',
    );
  });

  test.each([
    [
      [8.14, 8.142, 8.86],
      ['8.14', '8.14', '8.50'],
    ],
    [
      [40.31, 40.32, 44],
      ['40.3', '40.3', '42.2'],
    ],
  ])('the size of a lead lies within its quartiles: %j', (ratios, [size, low, high]) => {
    const { sentences } = answer('listen', { async: [1, 1, 1], threading: ratios });
    expect(sentences[0]).toContain(`round by round it is ${size} times as long for \`threading\``);
    expect(sentences[0]).toContain(`(${low} to ${high} times in the middle half of 3 rounds)`);
  });

  test('calls none behind whose median is no worse than that of one that is level', () => {
    const { verdict, best, sentences } = answer('large', {
      async: [840, 850, 860],
      forking: [810, 825, 830],
      'async-files': [845, 800, 790],
      threading: [500, 510, 520],
    });
    expect({ verdict, best }).toEqual({ verdict: 'level', best: ['async', 'forking', 'async-files'] });
    expect(sentences[0]).toContain('850, 825 and 800 per second');
    expect(sentences[1]).toBe('`threading` is behind, beyond the noise: 510 per second.');
  });

  test('says no ratio of what is not above 0', () => {
    const { sentences } = answer('idle', { async: [-100, -90, -80], threading: [3_000, 3_100, 3_200] });
    expect(sentences[0]).toMatch(/; `threading` follows with 3\.1 kB, beyond the noise\.$/);
  });

  test('names all that the noise does not tell apart', () => {
    const { verdict, best, sentences } = answer('messages', {
      async: [100, 110, 90, 100, 105],
      threading: [102, 100, 95, 90, 109],
      forking: around(50),
    });
    expect({ verdict, best }).toEqual({ verdict: 'level', best: ['async', 'threading'] });
    expect(sentences).toEqual([
      '`async` and `threading` lie within the noise of one another: 100 and 100 per second.',
      '`forking` is behind, beyond the noise: 50 per second.',
    ]);
  });

  test('says of two rounds that they are too few', () => {
    const { verdict, sentences } = answer('messages', { async: [100, 101], threading: [50, 51] });
    expect(verdict).toBe('unknown');
    expect(sentences[0]).toBe(
      '`async` answers most so far: 101 per second. ' +
        'Too few rounds to tell a lead from noise: 2 with figures of both it and `threading`.',
    );
  });

  test('tells a peer that is ahead, and by how much', () => {
    const { sentences } = answer('connections', { raw: around(120, 0), async: around(100, 0) });
    expect(sentences).toEqual([
      'Of this project only `async` was measured: 100 per second.',
      'The best peer, `raw`, is ahead: 120 per second, round by round 20 % more than `async`.',
    ]);
  });

  test('less is better for latency and memory', () => {
    expect(answer('mix', { async: around(80_000), threading: around(2_000) }).sentences[0]).toMatch(
      /^`threading` answers soonest: 99 of 100 answers come within 2 ms; round by round it is 40 times as long for `async`, beyond/,
    );
    expect(answer('idle', { async: around(4_000), forking: around(6_000) }).sentences[0]).toMatch(
      /^`async` needs the least memory per connection: 4 kB; round by round it is 1\.50 times as much for `forking`/,
    );
  });

  test.each<[string, Measured[string], RegExp]>([
    [
      'level',
      { async: [900, 1_000, 1_100], threading: [1_200, 1_100, 1_000] },
      /of one another: 99 of 100 answers come within 1 ms and 1\.1 ms\.$/,
    ],
    [
      'too few rounds',
      { async: [900], threading: [1_200] },
      / so far: 99 of 100 answers come within 900 µs\./,
    ],
    ['only one', { async: [900] }, / was measured: 99 of 100 answers come within 900 µs\.$/],
    ['none of ours', { raw: [900] }, /`raw` answers soonest: 99 of 100 answers come within 900 µs\.$/],
  ])('says what the figure of a latency is: %s', (_, byStrategy, sentence) => {
    expect(answer('mix', byStrategy).sentences[0]).toMatch(sentence);
  });

  test('where workers are killed, counts clients', () => {
    const { verdict, sentences } = answer('kills', { forking: [0, 0, 0], cluster: [4, 6, 5] });
    expect(verdict).toBe('only');
    expect(sentences).toEqual([
      'Of this project only `forking` was measured: 0 clients.',
      'No peer does better; the best of them is `cluster`: 5 clients.',
    ]);
  });

  test('warns of requests that failed', () => {
    const failing = around(100).map((value) => ({
      value,
      answered: 90,
      timedOut: 1,
      failed: { ECONNRESET: 1 },
    }));
    const { sentences } = answer('messages', { async: failing, threading: around(50) });
    expect(sentences.at(-1)).toBe('Beware of requests without a right answer in time: `async` 10 of 460.');
  });

  test('without any strategy of this project it names the best peer', () => {
    const { verdict, best, sentences } = answer('messages', { raw: around(100), cluster: around(50) });
    expect({ verdict, best }).toEqual({ verdict: 'unknown', best: [] });
    expect(sentences).toEqual([
      'No strategy of this project was measured. Of its peers `raw` answers most: 100 per second.',
    ]);
  });
});
