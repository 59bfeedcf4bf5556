import { hold } from './bystanders.js';
import type { Fault } from './fault.js';

const CAPACITY = 10;

export const overloadPause: Fault = {
  name: 'overload-pause',
  title: 'Ten times as many clients as `maxConnections`, which wait',
  inject: (scene) =>
    scene.atStreams(async (target) => {
      const { server } = scene;
      await server.tune(target, { maxConnections: CAPACITY, overload: 'pause' });
      const crowd = scene.clients({ name: 'overload', target, count: CAPACITY * 10 }, ...hold(50));
      let isOver = false;
      void crowd.finally(() => (isOver = true));
      // Those that were let in before the limit was lowered end first.
      await scene.pause(300);
      let most = 0;
      while (!isOver) most = Math.max(most, (await server.stats(target)).stats.active);
      const tally = await crowd;
      await server.tune(target, { maxConnections: 16_384 });
      scene.injected += CAPACITY * 10;
      scene.expect(most <= CAPACITY, `expected at most ${CAPACITY} requests at once, got ${most}`);
      scene.expectAllAnswered(tally, CAPACITY * 10, 'clients of an overloaded server that pauses');
    }),
};
