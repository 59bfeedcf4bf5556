import type { Step } from '../protocol.js';
import type { Fault } from './fault.js';

const COUNT = 40;
const WAYS: readonly (readonly Step[])[] = [
  [],
  [{ do: 'send', text: 'echo' }],
  [{ do: 'send', text: 'echo hello\n' }],
  [
    { do: 'send', text: 'pour 1000000\n' },
    { do: 'wait', ms: 20 },
  ],
  [
    { do: 'send', text: 'hold 100\n' },
    { do: 'wait', ms: 20 },
  ],
  [
    { do: 'send', text: 'sink\n' },
    { do: 'sendBytes', bytes: 200_000 },
  ],
];

export const resets: Fault = {
  name: 'resets',
  title: 'Clients that reset their connection: at once, in their first line, before, in and after the answer',
  inject: (scene) =>
    scene.atStreams(async (target) => {
      const name = 'resets';
      await Promise.all(
        WAYS.map((way) => scene.clients({ name, target, count: COUNT }, ...way, { do: 'reset' })),
      );
      scene.injected += COUNT * WAYS.length;
    }),
};
