import { expect, test } from '@jest/globals';
import { RequestQueue } from '../../src/sources/request-queue.js';

const FROM = { path: '/client' };

test.each([
  ['newest', [1, 2, 3]],
  ['oldest', [3, 4, 5]],
] as const)('a full queue drops the %s first, and counts it', async (drop, kept) => {
  let dropped = 0;
  const queue = new RequestQueue<{ at: number }>({ size: 3, drop, onDrop: () => dropped++ });
  for (const at of [1, 2, 3, 4, 5]) queue.put([{ at }, FROM]);
  expect(dropped).toBe(2);
  expect(queue.empty().map(([{ at }]) => at)).toEqual(kept);
});

test('who waits gets the next arrival, whatever the size', async () => {
  const queue = new RequestQueue<{ at: number }>({ size: 1, drop: 'newest', onDrop: () => {} });
  const taken = queue.take();
  queue.put([{ at: 1 }, FROM]);
  queue.put([{ at: 2 }, FROM]);
  expect(await taken).toEqual([{ at: 1 }, FROM]);
  expect(queue.length).toBe(1);
});
