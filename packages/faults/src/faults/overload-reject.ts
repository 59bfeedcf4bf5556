import { hold } from './bystanders.js';
import type { Fault } from './fault.js';

const CAPACITY = 10;

export const overloadReject: Fault = {
  name: 'overload-reject',
  title: 'Ten times as many clients as `maxConnections`, which are turned away',
  needs: 'overload',
  inject: (scene) =>
    scene.atStreams(async (target) => {
      const { server } = scene;
      const before = (await server.stats(target)).total.rejected;
      await server.tune(target, { maxConnections: CAPACITY, overload: 'reject' });
      const tally = await scene.clients({ name: 'overload', target, count: CAPACITY * 10 }, ...hold(200));
      await server.tune(target, { maxConnections: 16_384, overload: 'pause' });
      const rejected = (await server.stats(target)).total.rejected - before;
      scene.injected += CAPACITY * 10;
      scene.expect(
        rejected >= tally.ended,
        `expected ${tally.ended} clients to be counted as rejected, got ${rejected}`,
      );
      scene.expect(tally.ended > 0, 'expected an overloaded server to turn clients away, got none');
    }),
};
