import { expect, test } from '@jest/globals';
import { differencesOf, hasAnyOf } from '../../dist/compare/index.js';
import { chooseContests } from '../../dist/contests.js';
import { readOptions } from '../../dist/options.js';
import type { Result } from '../../dist/report/result-file.js';
import { around, resultOf } from '../support/result.js';

const result = resultOf({ messages: { async: around(10) }, mix: { async: around(10) } });

test('how it was measured is told, and of whom', () => {
  const method = { rounds: 3, warmUpMs: 100, measureMs: 300, workers: 2, quick: true };
  const subject = { handler: 'file:///own.js', requestBytes: 1, answerBytes: 1 };
  expect(differencesOf({ ...result, method, subject }, result)).toEqual([
    "handler: file:///own.js, now the tool's own",
    'workers: 2, now 4',
    'rounds: 3, now 5',
    'measureMs: 300, now 500',
    'warmUpMs: 100, now 250',
  ]);
});

test('another load is told, and the same one for another time', () => {
  const [messages, { measureMs, ...mix }] = [result.workloads[0]!, result.workloads[1]!];
  const fewer = { ...messages, load: { ...messages.load, connections: 7 } };
  expect(differencesOf({ ...result, workloads: [fewer, mix] }, result)).toEqual([
    'the load of messages, which is not compared',
    `measureMs of mix: the usual, now ${measureMs}`,
  ]);
});

test('a result that comes from a file is the same', () => {
  expect(differencesOf(JSON.parse(JSON.stringify(result)) as Result, result)).toEqual([]);
});

test.each([
  [true, ['--only', 'messages,async']],
  [true, ['--only', 'async']],
  [false, ['--only', 'messages,raw']],
  [false, ['--only', 'wait,async']],
  [false, ['--only', 'messages,async', '--connections', '7']],
])('%j: something in common with %j', (expected, argv) => {
  expect(hasAnyOf(result, chooseContests(readOptions(argv)).contests)).toBe(expected);
});
