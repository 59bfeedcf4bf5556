import type { Fault } from './fault.js';

const COUNT = 100;

export const slowloris: Fault = {
  name: 'slowloris',
  title: 'Clients that send one byte a second',
  inject: (scene) =>
    scene.atStreams(async (target) => {
      const tally = await scene.clients(
        { name: 'slowloris', target, count: COUNT },
        { do: 'drip', text: 'who', everyMs: 1_000 },
        { do: 'close' },
      );
      scene.injected += COUNT;
      scene.expect(tally.left === COUNT, `expected ${COUNT} slow clients to be let be, got ${tally.left}`);
    }),
};
