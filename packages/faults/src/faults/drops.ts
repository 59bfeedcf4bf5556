import type { Step } from '../protocol.js';
import { ECHO } from './bystanders.js';
import type { Fault } from './fault.js';

const COUNT = 10_000;
/** Fewer than the backlog takes: the kernel forgets a client that leaves while it is full, and nobody could count it. */
const WAVE = 500;
const WAYS: readonly Step[] = [{ do: 'close' }, { do: 'reset' }];

export const drops: Fault = {
  name: 'drops',
  title: `${COUNT} connections that are opened and dropped`,
  inject: (scene) =>
    scene.atStreams(async (target) => {
      for (let wave = 0; wave < COUNT / 2 / WAVE; wave++) {
        const way = WAYS[wave % WAYS.length] ?? { do: 'close' };
        await scene.clients({ name: 'drops', target, count: WAVE, atOnce: 100 }, way);
        scene.injected += WAVE;
        // The one behind them is answered when they have been taken.
        scene.expectAllAnswered(
          await scene.clients({ name: 'behind', target, count: 1 }, ...ECHO),
          1,
          'client behind',
        );
      }
    }),
};
