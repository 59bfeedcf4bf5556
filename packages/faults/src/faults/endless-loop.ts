import { bystanders } from './bystanders.js';
import { WITH_WORKERS, type Fault } from './fault.js';

export const endlessLoop: Fault = {
  name: 'endless-loop',
  title: 'An endless loop in a worker',
  engines: WITH_WORKERS,
  needs: 'stuckTimeout',
  inject: (scene) =>
    scene.atStreams(async (target) => {
      const clients = bystanders(scene, target);
      await scene.pause(50);
      await scene.clients(
        { name: 'endless-loop', target, count: 1 },
        { do: 'send', text: 'spin forever\n' },
        { do: 'untilEnd' },
      );
      scene.injected++;
      await clients;
    }),
};
