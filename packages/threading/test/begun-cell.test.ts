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
});
