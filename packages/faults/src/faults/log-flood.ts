import type { Fault } from './fault.js';

const COUNT = 2_000;
const AT_ONCE = 20;
/** What the default `handleError` prints a second, the line that says how many more there were, and the bytes of a block. */
const MOST_A_SECOND = 11;
const MAX_BYTES = 16_384;
/** A second that begins in the middle of one, in each of two servers; and what else fails meanwhile. */
const MORE = 4 * MOST_A_SECOND;

export const logFlood: Fault = {
  name: 'log-flood',
  title: 'Clients whose handler throws, by the thousand',
  inject: async (scene) => {
    const { server } = scene;
    const before = await server.printed();
    const began = performance.now();
    await scene.atStreams(async (target) => {
      const tally = await scene.clients(
        { name: 'log-flood', target, count: COUNT, atOnce: AT_ONCE },
        { do: 'send', text: 'throw huge\n' },
        { do: 'untilEnd' },
      );
      scene.injected += COUNT;
      scene.expectAllAnswered(tally, COUNT, 'clients whose handler throws');
    });
    const seconds = (performance.now() - began) / 1_000;
    const after = await server.printed();
    const blocks = after.blocks - before.blocks;
    const most = Math.ceil(3 * MOST_A_SECOND * seconds) + MORE; // three servers
    scene.expect(blocks <= most, `expected at most ${most} blocks to be printed, got ${blocks}`);
    scene.expect(
      after.longest <= MAX_BYTES,
      `expected blocks of at most ${MAX_BYTES} bytes, got ${after.longest}`,
    );
  },
};
