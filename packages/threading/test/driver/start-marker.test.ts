import { describe, expect, test } from '@jest/globals';
import { StartMarker } from '../../src/driver/start-marker.js';

describe('a start marker', () => {
  test('tells started requests from others, and lets none start once it is closed', () => {
    const main = new StartMarker();
    const thread = new StartMarker(main.cells);
    expect([1, 2].map((id) => thread.start(id))).toEqual([true, true]);
    expect([1, 2, 3].map((id) => main.hasStarted(id))).toEqual([true, true, false]);
    main.close();
    expect([1, 2, 3].map((id) => main.hasStarted(id))).toEqual([true, true, false]);
    expect(thread.start(3)).toBe(false);
  });

  test('of a thread that has started nothing', () => {
    const main = new StartMarker();
    main.close();
    expect(main.hasStarted(1)).toBe(false);
  });

  test('goes on when the ids start again from below', () => {
    const main = new StartMarker();
    const thread = new StartMarker(main.cells);
    const ids = [0x7fff_fffe, 0x7fff_ffff, -0x7fff_ffff, -0x7fff_fffe];
    for (const id of ids.slice(0, 3)) expect(thread.start(id)).toBe(true);
    main.close();
    expect(ids.map((id) => main.hasStarted(id))).toEqual([true, true, true, false]);
  });

  test('settles when the thread has taken over what it had started, and not before', async () => {
    const main = new StartMarker();
    const thread = new StartMarker(main.cells);
    thread.start(1);
    let hasSettled = false;
    const settled = main.settle().then(() => (hasSettled = true));
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(hasSettled).toBe(false);
    thread.taken();
    await settled;
    expect(thread.start(2)).toBe(false);
    expect([1, 2].map((id) => main.hasStarted(id))).toEqual([true, false]);
  });

  test('settles at once when the thread takes nothing over, and in the end when it never does', async () => {
    const main = new StartMarker();
    await main.settle();
    expect(new StartMarker(main.cells).start(1)).toBe(false);
    const dead = new StartMarker();
    new StartMarker(dead.cells).start(1);
    await dead.settle();
  });
});
