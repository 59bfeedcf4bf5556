import type { Fault } from './fault.js';

const COUNT = 10;
const BYTES = 4_000_000;

export const stallRead: Fault = {
  name: 'stall-read',
  title: 'Clients that stop reading in the middle of the answer',
  inject: (scene) =>
    scene.atStreams(async (target) => {
      const tally = await scene.clients(
        { name: 'stall-read', target, count: COUNT },
        { do: 'send', text: `pour ${BYTES}\n` },
        { do: 'readBytes', bytes: 1_000 },
        { do: 'wait', ms: 1_200 },
        { do: 'readBytes', bytes: BYTES - 1_000 },
        { do: 'halfClose' },
        { do: 'untilEnd' },
      );
      scene.injected += COUNT;
      scene.expectAllAnswered(tally, COUNT, 'clients that stop reading for a while');
    }),
};
