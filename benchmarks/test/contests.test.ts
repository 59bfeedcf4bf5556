import { expect, test } from '@jest/globals';
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

test('clients at once are what the option says, in the title too, but not where they are what differs', () => {
  const { contests } = chooseContests(
    readOptions(['--connections', '7', '--workloads', 'messages,connections-64']),
  );
  expect(contests.map(({ workload: { title, load } }) => [title, load.connections])).toEqual([
    ['messages on 7 open connections', 7],
    ['messages on 64 open connections', 64],
  ]);
});
