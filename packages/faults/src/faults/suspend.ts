import { ECHO } from './bystanders.js';
import type { Fault } from './fault.js';

const COUNT = 50;

export const suspend: Fault = {
  name: 'suspend',
  title: 'suspend() under load, then resume()',
  needs: 'suspend',
  inject: (scene) =>
    scene.atStreams(async (target) => {
      await scene.server.call(target, 'suspend');
      const clients = scene.clients({ name: 'suspend', target, count: COUNT }, ...ECHO);
      await scene.pause(300);
      await scene.server.call(target, 'resume');
      scene.injected++;
      scene.expectAllAnswered(await clients, COUNT, 'clients of a suspended server');
    }),
};
