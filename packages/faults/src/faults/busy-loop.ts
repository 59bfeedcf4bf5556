import { bystanders } from './bystanders.js';
import type { Fault } from './fault.js';

/** Shorter than the servers' `stuckTimeout`: nothing may be replaced, nobody lost. */
const BUSY_MS = 400;

export const busyLoop: Fault = {
  name: 'busy-loop',
  title: `A handler that computes for ${BUSY_MS} ms`,
  inject: (scene) =>
    scene.atStreams(async (target) => {
      const others = bystanders(scene, target);
      await scene.pause(50);
      const busy = await scene.clients(
        { name: 'busy-loop', target, count: 2 },
        { do: 'send', text: `spin ${BUSY_MS}\n` },
        { do: 'readLine', expect: 'spun' },
        { do: 'untilEnd' },
      );
      scene.injected += 2;
      scene.expectAllAnswered(busy, 2, 'clients of a busy handler');
      scene.expectAllAnswered(await others, 10, 'clients beside a busy handler');
    }),
};
