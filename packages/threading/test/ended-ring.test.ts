import { describe, expect, test } from '@jest/globals';
import { EndedRing } from '../src/ended-ring.js';

/** The two sides of one ring, its counts at `from`. */
function ringAt(from = 0): { main: EndedRing; thread: EndedRing } {
  const main = new EndedRing();
  main.cells.fill(from, 0, 2);
  return { main, thread: new EndedRing(main.cells) };
}

describe('a ring of what a thread has ended', () => {
  test('gives each id once, in order', () => {
    const { main, thread } = ringAt();
    expect(main.take()).toEqual([]);
    for (const id of [3, 1, -2]) expect(thread.put(id)).toBe(true);
    expect(thread.isEmpty).toBe(false);
    expect(main.take()).toEqual([3, 1, -2]);
    expect(thread.isEmpty).toBe(true);
    expect(main.take()).toEqual([]);
  });

  test('takes no more than it holds, and goes on when there is room again', () => {
    const { main, thread } = ringAt();
    let held = 0;
    while (thread.put(held)) held++;
    expect(held).toBe(1_024);
    expect(main.take()).toEqual(Array.from({ length: held }, (_, id) => id));
    expect(thread.put(held)).toBe(true);
    expect(main.take()).toEqual([held]);
  });

  test('goes on when its counts start again from below', () => {
    const { main, thread } = ringAt(0x7fff_fffe);
    const ids = [1, 2, 3, 4];
    for (const id of ids) expect(thread.put(id)).toBe(true);
    expect(main.take()).toEqual(ids);
    expect(thread.isEmpty).toBe(true);
    let held = 0;
    while (thread.put(held)) held++;
    expect(held).toBe(1_024);
  });

  test('says whether somebody waits', () => {
    const { main, thread } = ringAt();
    expect(thread.isAwaited).toBe(false);
    main.await(true);
    expect(thread.isAwaited).toBe(true);
    main.await(false);
    expect(thread.isAwaited).toBe(false);
  });
});
