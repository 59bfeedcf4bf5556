import { hold } from './bystanders.js';
import type { Fault } from './fault.js';

const LIMIT = 20;
const COUNT = 100;

export const hostLimit: Fault = {
  name: 'host-limit',
  title: 'One host with more clients than `maxConnectionsPerHost`',
  needs: 'maxConnectionsPerHost',
  inject: async (scene) => {
    const { server } = scene;
    // Clients of the fault before may still be on their way out; they come from the same host.
    await scene.until(
      async () => (await server.stats('tcp')).stats.active < LIMIT / 2,
      'expected the clients that came before to have left, got as many as the limit',
    );
    const before = (await server.stats('tcp')).total.rejected;
    await server.tune('tcp', { maxConnectionsPerHost: LIMIT });
    const tally = await scene.clients({ name: 'host-limit', target: 'tcp', count: COUNT }, ...hold(300));
    await server.tune('tcp', { maxConnectionsPerHost: Infinity });
    const rejected = (await server.stats('tcp')).total.rejected - before;
    scene.injected += COUNT;
    scene.expect(tally.answered > 0, 'expected clients below the limit to be answered, got none');
    scene.expect(tally.ended > 0, 'expected clients above the limit to be turned away, got none');
    scene.expect(
      rejected >= tally.ended,
      `expected ${tally.ended} clients to be counted as rejected, got ${rejected}`,
    );
  },
};
