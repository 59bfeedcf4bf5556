import { bystanders } from './bystanders.js';
import { WITH_WORKERS, type Fault } from './fault.js';

export const reload: Fault = {
  name: 'reload',
  title: 'reload() under load',
  engines: WITH_WORKERS,
  needs: 'reload',
  inject: (scene) =>
    scene.atStreams(async (target) => {
      const clients = bystanders(scene, target);
      await scene.pause(50);
      await scene.server.call(target, 'reload');
      scene.injected++;
      scene.expectAllAnswered(await clients, 10, 'clients during a reload');
    }),
};
