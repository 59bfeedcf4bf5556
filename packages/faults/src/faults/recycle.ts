import { ECHO } from './bystanders.js';
import { WITH_WORKERS, type Fault } from './fault.js';

const COUNT = 200;

export const recycle: Fault = {
  name: 'recycle',
  title: 'Workers that are replaced after some 20 requests',
  engines: WITH_WORKERS,
  needs: 'maxRequestsJitter',
  inject: (scene) =>
    scene.atStreams(async (target) => {
      const { server, engine } = scene;
      const field = engine === 'forking' ? 'maxRequestsPerChild' : 'maxRequestsPerThread';
      await server.tune(target, { [field]: 20, maxRequestsJitter: 10 });
      const tally = await scene.clients({ name: 'recycle', target, count: COUNT, atOnce: 20 }, ...ECHO);
      await server.tune(target, { [field]: 0, maxRequestsJitter: 0 });
      scene.injected++;
      scene.expectAllAnswered(tally, COUNT, 'clients of workers that are replaced');
    }),
};
