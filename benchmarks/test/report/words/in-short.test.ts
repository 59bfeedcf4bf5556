import { describe, expect, test } from '@jest/globals';
import { contestsOf } from '../../../dist/report/reading/contest.js';
import { renderInShort } from '../../../dist/report/table.js';
import { inShort } from '../../../dist/report/words/in-short.js';
import { around, resultOf, type Measured } from '../../support/result.js';

/** Of one workload beside another one, for of one alone nothing is told. */
function short(workload: string, byStrategy: Measured[string]) {
  const other = workload === 'wait' ? 'messages' : 'wait';
  const told = inShort(contestsOf(resultOf({ [workload]: byStrategy, [other]: { sync: around(1) } })));
  return told.find((one) => one.workload.name === workload)!;
}

describe('inShort', () => {
  test('keeps apart which of this project leads, and how it stands beside the peers', () => {
    const told = short('messages', { raw: around(120), async: around(100), threading: around(50) });
    expect(told).toMatchObject({
      title: 'Messages on 64 open connections',
      best: '`async`',
      lead: '2.00 times as many as `threading`',
      peers: '`raw` is ahead: 20 % more than `async`',
    });
  });

  test('says where the noise tells no difference, and who is behind', () => {
    const level = { async: [100, 110, 90], threading: [102, 100, 95] };
    expect(short('messages', level)).toMatchObject({
      best: '`async` or `threading`',
      lead: 'no difference beyond the noise',
      peers: 'none was measured',
    });
    expect(short('messages', { ...level, forking: [50, 50, 45], raw: [101, 100, 96] })).toMatchObject({
      best: '`async` or `threading`',
      lead: 'no difference beyond the noise; the first leads: 2.00 times as many as `forking`',
      peers: 'no difference beyond the noise between `async` and `raw`',
    });
  });

  test('says of too few rounds only how it is so far', () => {
    const told = short('messages', { async: [100, 101], threading: [50, 51], raw: [200, 202] });
    expect(told).toMatchObject({
      best: '`async`',
      lead: expect.stringMatching(/^so far 1\.99 times as many as `threading`$/),
      peers: 'so far `raw` is ahead: 2.00 times as many as `async`',
    });
  });

  test('counts clients where workers are killed', () => {
    const told = short('kills', { forking: [0, 0, 0], cluster: [4, 6, 5] });
    expect(told).toMatchObject({
      best: '`forking`',
      lead: '0 clients; no other one was measured',
      peers: 'none does better than `forking`: 0 clients, and `cluster` 5 clients',
    });
  });

  test('names no strategy of this project where none was measured', () => {
    expect(short('messages', { raw: around(1) })).toMatchObject({
      best: 'none was measured',
      lead: '',
      peers: '',
    });
  });

  test('warns of a leader that does not answer everything', () => {
    const failing = around(100).map((value) => ({ value, timedOut: 1 }));
    expect(short('messages', { async: failing, threading: around(50) }).lead).toMatch(
      /`threading`; beware: not every answer of `async` was right and in time$/,
    );
    const behind = around(50).map((value) => ({ value, timedOut: 1 }));
    expect(short('messages', { async: around(100), threading: behind }).lead).not.toMatch(/beware/);
  });

  test('one workload speaks for several, and another one only if it says otherwise', () => {
    const slow = { async: around(100), threading: around(50) };
    const fast = { async: around(50), threading: around(100) };
    const told = (last: Measured[string]) =>
      inShort(
        contestsOf(resultOf({ messages: slow, 'cpu-100us': slow, 'cpu-200us': fast, 'cpu-1000us': last })),
      ).map(({ workload, lead }) => [workload.name, lead]);
    expect(told(fast)).toEqual([
      ['messages', '2.00 times as many as `threading`'],
      ['cpu-200us', '2.00 times as many as `async`; otherwise with 100 µs of CPU for each message: `async`'],
    ]);
  });

  test('is nothing beside a single answer', () => {
    expect(inShort(contestsOf(resultOf({ messages: { async: around(1) } })))).toEqual([]);
    expect(renderInShort(resultOf({}))).toBe('');
  });

  test('is printed too, with what one has to know first', () => {
    const measured = { async: around(100), threading: around(50), raw: around(120) };
    const text = renderInShort(resultOf({ messages: measured, wait: measured }, { isInterrupted: true }));
    expect(text).toMatch(/which of this project.*beside the peers/);
    expect(text).toMatch(
      /Messages on 64 open .*async: 2\.00 times as many as threading.*raw is ahead: 20 % more than async/,
    );
    expect(text).toMatch(/The run was ended early: not every round was measured\.$/);
    expect(text).not.toContain('`');
  });
});
