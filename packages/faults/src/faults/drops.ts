import type { Step } from '../protocol.js';
import type { Fault } from './fault.js';

const COUNT = 10_000;
const WAYS: readonly Step[] = [{ do: 'close' }, { do: 'reset' }];

export const drops: Fault = {
  name: 'drops',
  title: `${COUNT} connections that are opened and dropped`,
  inject: async (scene) => {
    const each = COUNT / 4;
    await scene.atStreams(async (target) => {
      for (const way of WAYS) {
        await scene.clients({ name: 'drops', target, count: each, atOnce: 100 }, way);
        scene.injected += each;
      }
    });
  },
};
