import { bystanders } from './bystanders.js';
import { WITH_WORKERS, type Fault } from './fault.js';

export const exit: Fault = {
  name: 'exit',
  title: 'process.exit() in a worker',
  engines: WITH_WORKERS,
  inject: (scene) =>
    scene.atStreams(async (target) => {
      const clients = bystanders(scene, target);
      await scene.pause(50);
      await scene.clients(
        { name: 'exit', target, count: 3, atOnce: 1 },
        { do: 'send', text: 'exit\n' },
        { do: 'untilEnd' },
      );
      scene.injected += 3;
      await clients;
    }),
};
