import { hold } from './bystanders.js';
import type { Fault } from './fault.js';

/** More than `requestQueueSize`, which is 1,024. */
const CROWD = 1_500;
const FULL_MS = 1_000;

export const backlog: Fault = {
  name: 'backlog',
  title: 'A full accept backlog',
  inject: (scene) =>
    scene.atStreams(async (target) => {
      const { server } = scene;
      await server.tune(target, { maxConnections: 1 });
      const crowd = scene.clients({ name: 'backlog', target, count: CROWD }, ...hold(5));
      await scene.pause(FULL_MS);
      await server.tune(target, { maxConnections: 16_384 });
      scene.injected++;
      const tally = await crowd;
      // Where the backlog of a Unix socket is full, connect(2) fails at once; over TCP it is tried again.
      if (target === 'tcp') scene.expectAllAnswered(tally, CROWD, 'clients in a full backlog');
      else scene.expectAllAnswered(tally, CROWD - tally.refused, 'clients in a full backlog');
    }),
};
