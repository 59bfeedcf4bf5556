import { ECHO } from './bystanders.js';
import type { Fault } from './fault.js';

/** A second, so that the steady load alone is more than that. */
const RATE = 50;
const COUNT = 50;

export const acceptRate: Fault = {
  name: 'accept-rate',
  title: 'More clients a second than `acceptRate`, which wait',
  needs: 'acceptRate',
  inject: (scene) =>
    scene.atStreams(async (target) => {
      const { server } = scene;
      await server.tune(target, { acceptRate: RATE });
      const begin = performance.now();
      const before = (await server.stats(target)).total.accepted;
      const tally = await scene.clients({ name: 'accept-rate', target, count: COUNT }, ...ECHO);
      const taken = (await server.stats(target)).total.accepted - before;
      const seconds = (performance.now() - begin) / 1_000;
      await server.tune(target, { acceptRate: Infinity });
      scene.injected++;
      scene.expectAllAnswered(tally, COUNT, 'clients that are taken at a pace');
      const most = RATE * (seconds + 1);
      scene.expect(
        taken <= most,
        `expected at most ${Math.round(most)} requests in ${seconds.toFixed(1)} s, got ${taken}`,
      );
    }),
};
