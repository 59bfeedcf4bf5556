import { describe, expect, test } from '@jest/globals';
import { BegunCell } from '../src/begun-cell.js';

describe('a cell of what a thread has begun', () => {
  test('tells begun requests from others, and lets none begin once it is closed', () => {
    const main = new BegunCell();
    const thread = new BegunCell(main.cells);
    expect([1, 2].map((id) => thread.begin(id))).toEqual([true, true]);
    const hasBegun = main.close();
    expect([1, 2, 3].map(hasBegun)).toEqual([true, true, false]);
    expect(thread.begin(3)).toBe(false);
  });

  test('of a thread that has begun nothing', () => {
    expect(new BegunCell().close()(1)).toBe(false);
  });

  test('goes on when the ids start again from below', () => {
    const main = new BegunCell();
    const thread = new BegunCell(main.cells);
    const ids = [0x7fff_fffe];
    while (ids.length < 4) ids.push(BegunCell.after(ids.at(-1)!));
    expect(ids).toEqual([0x7fff_fffe, 0x7fff_ffff, -0x7fff_ffff, -0x7fff_fffe]);
    for (const id of ids.slice(0, 3)) expect(thread.begin(id)).toBe(true);
    const hasBegun = main.close();
    expect(ids.map(hasBegun)).toEqual([true, true, true, false]);
  });

  test('settles when the thread has taken what it had begun, and not before', async () => {
    const main = new BegunCell();
    const thread = new BegunCell(main.cells);
    thread.begin(1);
    let hasSettled = false;
    const settled = main.settle().then(() => (hasSettled = true));
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(hasSettled).toBe(false);
    thread.taken();
    await settled;
    expect(thread.begin(2)).toBe(false);
    expect([1, 2].map(main.close())).toEqual([true, false]);
  });

  test('settles at once when the thread takes nothing, and in the end when it never does', async () => {
    const main = new BegunCell();
    const thread = new BegunCell(main.cells);
    await main.settle();
    expect(thread.begin(1)).toBe(false);
    const dead = new BegunCell();
    new BegunCell(dead.cells).begin(1);
    await dead.settle();
  });
});
