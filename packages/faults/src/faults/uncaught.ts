import { bystanders } from './bystanders.js';
import { WITH_WORKERS, type Fault } from './fault.js';

export const uncaught: Fault = {
  name: 'uncaught',
  title: 'An error that nothing catches in a worker',
  engines: WITH_WORKERS,
  inject: (scene) =>
    scene.atStreams(async (target) => {
      const clients = bystanders(scene, target);
      await scene.pause(50);
      await scene.clients(
        { name: 'uncaught', target, count: 3, atOnce: 1 },
        { do: 'send', text: 'uncaught\n' },
        { do: 'untilEnd' },
      );
      scene.injected += 3;
      await clients;
    }),
};
