import type { Fault } from './fault.js';

const COUNT = 20;

export const stallWrite: Fault = {
  name: 'stall-write',
  title: 'Clients that stop sending in the middle of a request',
  inject: (scene) =>
    scene.atStreams(async (target) => {
      const tally = await scene.clients(
        { name: 'stall-write', target, count: COUNT },
        { do: 'send', text: 'sink\nhalf of i' },
        { do: 'wait', ms: 1_200 },
        { do: 'send', text: 't' },
        { do: 'halfClose' },
        { do: 'readLine', expect: String('half of it'.length) },
        { do: 'untilEnd' },
      );
      scene.injected += COUNT;
      scene.expectAllAnswered(tally, COUNT, 'clients that stop sending for a while');
    }),
};
