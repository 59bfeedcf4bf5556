import type { Fault } from './fault.js';

const COUNT = 50;
const BYTES = 100_000;

export const halfClose: Fault = {
  name: 'half-close',
  title: 'Clients that send, half-close, and wait for the answer',
  inject: (scene) =>
    scene.atStreams(async (target) => {
      const tally = await scene.clients(
        { name: 'half-close', target, count: COUNT },
        { do: 'send', text: 'sink\n' },
        { do: 'sendBytes', bytes: BYTES },
        { do: 'halfClose' },
        { do: 'wait', ms: 50 },
        { do: 'readLine', expect: String(BYTES) },
        { do: 'untilEnd' },
      );
      scene.injected += COUNT;
      scene.expectAllAnswered(tally, COUNT, 'clients that half-close');
    }),
};
