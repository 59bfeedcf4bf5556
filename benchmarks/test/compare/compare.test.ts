import { expect, test } from '@jest/globals';
import { compareResults, type Change } from '../../dist/compare/index.js';
import { WORKLOADS } from '../../dist/workloads/index.js';
import { trialsOf } from '../support/trials.js';

const OLD = [100, 104, 98, 101, 99];

function change(workload: string, before: readonly number[], after: readonly number[]): Change | undefined {
  const workloads = WORKLOADS.filter(({ name }) => name === workload);
  return compareResults(
    { trials: trialsOf(workload, 'async', before), workloads },
    { trials: trialsOf(workload, 'async', after), workloads },
  )[0];
}

test.each([
  ['messages', [120, 118, 125, 121, 119], 'better'],
  ['messages', [80, 82, 79, 81, 85], 'worse'],
  // Two rounds are better, and three are not.
  ['messages', [120, 118, 103, 97, 100], 'within the noise'],
  // Every round is better, by less than anybody would notice.
  ['messages', [104.1, 104.2, 104.1, 104.2, 104.1].map((value) => value - 2), 'within the noise'],
  // Less memory for each connection, less time to listen.
  ['idle', [80, 82, 79, 81, 85], 'better'],
  ['listen', [120, 118, 125, 121, 119], 'worse'],
])('%s from 100 to %j is %s', (workload, after, verdict) => {
  expect(change(workload, OLD, after)).toMatchObject({ workload, strategy: 'async', verdict });
});

test('what only one of them has is not compared', () => {
  expect(change('messages', [], OLD)).toBeUndefined();
});

test('the change is that of the medians', () => {
  expect(change('messages', OLD, [150, 151, 149, 150, 150])?.ratio).toBeCloseTo(1.5);
});

test('the same name with another load is not compared', () => {
  const trials = trialsOf('messages', 'async', OLD);
  const messages = WORKLOADS.find(({ name }) => name === 'messages')!;
  const fewer = { ...messages, load: { ...messages.load, connections: 7 } };
  expect(compareResults({ trials, workloads: [fewer] }, { trials, workloads: [messages] })).toEqual([]);
});
