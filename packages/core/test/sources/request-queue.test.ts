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

test('ready() waits for an arrival, and takes none', async () => {
  const queue = new RequestQueue<{ at: number }>();
  const ready = [queue.ready(), queue.ready()];
  expect(queue.isReady).toBe(false);
  queue.put([{ at: 1 }, FROM]);
  await Promise.all(ready);
  expect(queue.isReady).toBe(true);
  expect(queue.length).toBe(1);
});

test('any number may take: each gets another arrival, in the order in which they asked', async () => {
  const queue = new RequestQueue<{ at: number }>();
  const taken = [queue.take(), queue.take(), queue.take()];
  for (const at of [1, 2, 3]) {
    queue.put([{ at }, FROM]);
    await Promise.resolve();
  }
  expect((await Promise.all(taken)).map(([{ at }]) => at)).toEqual([1, 2, 3]);
});

test('a failure comes after the arrivals, and once', async () => {
  const queue = new RequestQueue<{ at: number }>();
  queue.put([{ at: 1 }, FROM]);
  queue.fail(new Error('broken'));
  expect(await queue.take()).toEqual([{ at: 1 }, FROM]);
  await expect(queue.take()).rejects.toThrow('broken');
  expect(queue.isReady).toBe(false);
});

test('after the end what is there can be taken, and whoever waits learns that nothing comes', async () => {
  const queue = new RequestQueue<{ at: number }>();
  const closed = { code: 'ERR_SOCKETSERVER_CLOSED' };
  queue.put([{ at: 1 }, FROM]);
  const [first, second] = [queue.take(), queue.take()];
  queue.end();
  expect(await first).toEqual([{ at: 1 }, FROM]);
  await expect(second).rejects.toMatchObject(closed);
  await expect(queue.take()).rejects.toMatchObject(closed);
});
