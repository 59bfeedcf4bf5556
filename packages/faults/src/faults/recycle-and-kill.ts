import { ECHO } from './bystanders.js';
import { endWorkers } from './end-workers.js';
import { WITH_WORKERS, type Fault } from './fault.js';

const COUNT = 200;
const GRACE_MS = 3_000;

export const recycleAndKill: Fault = {
  name: 'recycle-and-kill',
  title: 'Workers that are replaced after some 20 requests, while others die',
  engines: WITH_WORKERS,
  needs: 'maxRequestsJitter',
  // Not every engine heeds these fields while it serves.
  closesListener: true,
  inject: (scene) =>
    scene.atStreams(async (target) => {
      const { server, engine } = scene;
      const field = engine === 'forking' ? 'maxRequestsPerChild' : 'maxRequestsPerThread';
      await server.restart(target, { graceMs: GRACE_MS, fields: { [field]: 20, maxRequestsJitter: 10 } });
      let isOver = false;
      const ending = endWorkers(scene, target, () => isOver);
      try {
        // Who is in a worker that dies is ended; nobody hangs, which is seen to for every client.
        await scene.clients({ name: 'recycle-and-kill', target, count: COUNT, atOnce: 20 }, ...ECHO);
      } finally {
        isOver = true;
        await ending;
      }
      const after = await scene.clients({ name: 'recycle', target, count: COUNT, atOnce: 20 }, ...ECHO);
      scene.expectAllAnswered(after, COUNT, 'clients of workers that are replaced, when none dies any more');
      await server.restart(target, { graceMs: GRACE_MS });
    }),
};
