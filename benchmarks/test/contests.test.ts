import { describe, expect, test } from '@jest/globals';
import { chooseContests } from '../dist/contests.js';
import { readOptions } from '../dist/options.js';

/** Workload → strategies. */
function chosen(...argv: string[]): Record<string, string[]> {
  const { contests } = chooseContests(readOptions(argv));
  return Object.fromEntries(
    contests.map(({ workload, strategies }) => [workload.name, strategies.map(({ name }) => name)]),
  );
}

test('names choose workloads, strategies, or both', () => {
  expect(chosen('--only', 'messages,raw,async')).toEqual({ messages: ['raw', 'async'] });
  expect(chosen('--workloads', 'messages', '--strategies', 'cluster')).toEqual({ messages: ['cluster'] });
  expect(Object.keys(chosen('--only', 'async'))).toContain('large');
});

test('a first impression leaves workloads out', () => {
  const quick = Object.keys(chosen('--quick'));
  expect(quick).toContain('connections');
  expect(quick).not.toContain('idle');
  expect(chosen('--quick')['messages']).not.toContain('async-files');
  expect(chosen('--quick')['messages']).toContain('cluster');
  expect(chosen('--quick')['mix']).not.toContain('cluster');
  expect(chosen('--quick', '--strategies', 'cluster')['mix']).toEqual(['cluster']);
});

test('targets need some pairs only', () => {
  expect(chosen('--targets')['cpu-200us']).toEqual(['async', 'threading', 'forking']);
});

test('what cannot run is named, with the reason', () => {
  const { contests, skipped } = chooseContests(readOptions(['--only', 'messages,sync,async']));
  expect(contests[0]!.strategies.map(({ name }) => name)).toEqual(['async']);
  expect(skipped).toMatchObject(
    [{ workload: 'messages', strategy: 'sync', reason: /one connection at a time/ }].map(
      ({ reason, ...rest }) => ({ ...rest, reason: expect.stringMatching(reason) }),
    ),
  );
});

test.each([
  [['--only', 'fresh,raw'], "'raw' in 'fresh': this workload is for forking, python-forking only"],
  [
    ['--workloads', 'messages', '--strategies', 'sync'],
    "'sync' in 'messages': it serves one connection at a time: the others would wait for ever",
  ],
  [['--targets', '--strategies', 'sync'], 'no target is about what was chosen'],
])('%j leaves nothing to measure: refused with the reason', (argv, reason) => {
  expect(() => chooseContests(readOptions(argv))).toThrow(
    `Expected something to measure, got nothing: ${reason}`,
  );
});

describe("with the user's handler", () => {
  const subject = {
    handler: 'file:///own.js',
    request: { bytes: '', answer: '' },
    answersRepeatedly: true,
  };

  test('a workload that cannot run with it is named if it was asked for', () => {
    const { skipped } = chooseContests(readOptions(['--only', 'mix,messages,async']), subject);
    expect(skipped).toEqual([
      { workload: 'mix', strategy: 'async', reason: expect.stringMatching(/only the tool's own handlers/) },
    ]);
    const all = chooseContests(readOptions(['--only', 'async']), subject);
    expect(all.skipped).toEqual([]);
    expect(all.contests.map(({ workload }) => workload.name)).not.toContain('mix');
  });

  test('nothing but such workloads is refused with the reason', () => {
    expect(() => chooseContests(readOptions(['--only', 'mix']), subject)).toThrow(
      /got nothing: 'raw' in 'mix': the workload asks for what only the tool's own handlers do, and the handler is yours$/,
    );
  });
});

test('clients at once are what the option says, in the title too, but not where they are what differs', () => {
  const { contests } = chooseContests(
    readOptions(['--connections', '7', '--workloads', 'messages,connections-64']),
  );
  expect(contests.map(({ workload: { title, load } }) => [title, load.connections])).toEqual([
    ['messages on 7 open connections', 7],
    ['messages on 64 open connections', 64],
  ]);
});
