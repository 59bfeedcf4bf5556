import { expect, test } from '@jest/globals';
import { WORKLOADS } from '../../dist/workloads/index.js';

/** One in a hundred of them is slower than the p99: a few, so that it is not one answer's accident. */
const LEAST_ANSWERS = 400;

test('what compares a p99 measures enough answers for it', () => {
  const answers = WORKLOADS.filter(({ metric }) => metric === 'µs p99').map(
    ({ name, load, measureMs = 0 }) => [name, (load.rate! * measureMs) / 1_000] as const,
  );
  expect(answers.map(([name]) => name)).toEqual(['steady', 'mix']);
  expect(answers.filter(([, count]) => count < LEAST_ANSWERS)).toEqual([]);
});
