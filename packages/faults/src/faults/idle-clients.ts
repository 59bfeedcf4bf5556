import { bystanders } from './bystanders.js';
import type { Fault } from './fault.js';

/** What docs/security.md advises for a server that strangers reach, with short times. */
const LIMITS = { handshakeTimeout: 1_000, requestTimeout: 15_000, timeoutGrace: 200, maxConnections: 15_000 };
const MANY = 10_000;
const FEW = 1_000;

export const idleClients: Fault = {
  name: 'idle-clients',
  title: `${MANY} clients at once that say nothing (${FEW} in a short run), to a server with limits`,
  needs: 'handshakeTimeout',
  closesListener: true,
  inject: async (scene) => {
    const target = 'tcp';
    const count = scene.isSoak ? MANY : FEW;
    await scene.server.restart(target, { graceMs: 1_000, fields: LIMITS });
    const idle = scene.clients(
      { name: 'idle-clients', target, count },
      { do: 'readLine', expect: 'nothing' },
    );
    await scene.pause(100);
    const tally = await bystanders(scene, target);
    scene.expectAllAnswered(tally, 10, 'clients beside idle ones');
    const { ended } = await idle;
    scene.injected += count;
    scene.expect(ended === count, `expected ${count} idle clients to be ended, got ${ended}`);
    await scene.server.restart(target, { graceMs: 1_000 });
  },
};
