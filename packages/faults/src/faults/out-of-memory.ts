import { bystanders } from './bystanders.js';
import { WITH_WORKERS, type Fault } from './fault.js';

export const outOfMemory: Fault = {
  name: 'out-of-memory',
  title: 'A worker that uses up its memory',
  engines: WITH_WORKERS,
  inject: (scene) =>
    scene.atStreams(async (target) => {
      const clients = bystanders(scene, target);
      await scene.pause(50);
      await scene.clients(
        { name: 'out-of-memory', target, count: 1, atOnce: 1 },
        { do: 'send', text: 'oom\n' },
        { do: 'untilEnd' },
      );
      scene.injected += 1;
      await clients;
    }),
};
