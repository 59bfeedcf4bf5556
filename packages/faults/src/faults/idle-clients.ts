import type { TargetStats } from '../protocol.js';
import { bystanders } from './bystanders.js';
import type { Fault } from './fault.js';

/** What docs/security.md advises for a server that strangers reach, with shorter times. */
const LIMITS = {
  handshakeTimeout: 8_000,
  requestTimeout: 30_000,
  timeoutGrace: 200,
  maxConnections: 15_000,
  requestsPerThread: 15_000,
  requestsPerChild: 15_000,
};
const MANY = 10_000;
const FEW = 1_000;
/**
 * Fewer than the backlog holds: of those that it does not hold, and that never say anything, only the kernel knows, and they take
 * themselves for connected all the same (tcp(7), tcp_abort_on_overflow).
 */
const AT_ONCE = 500;

export const idleClients: Fault = {
  name: 'idle-clients',
  title: `${MANY} clients at once that say nothing (${FEW} in a short run), to a server with limits`,
  needs: 'handshakeTimeout',
  closesListener: true,
  inject: async (scene) => {
    const target = 'tcp';
    const { server } = scene;
    const count = scene.isSoak ? MANY : FEW;
    await server.restart(target, { graceMs: 1_000, fields: LIMITS });
    const stats = async (): Promise<TargetStats['stats']> => (await server.stats(target)).stats;
    const idle = [];
    while (idle.length * AT_ONCE < count) {
      const { accepted: before } = await stats();
      const plan = { name: 'idle-clients', target, count: AT_ONCE } as const;
      idle.push(scene.clients(plan, { do: 'readLine', expect: 'nothing' }));
      const areTaken = async (): Promise<boolean> => {
        const { accepted, waiting = 0 } = await stats();
        return accepted >= before + AT_ONCE && waiting === 0;
      };
      await scene.until(areTaken, `expected ${AT_ONCE} idle clients to be given to a handler`);
    }
    scene.injected += count;
    const tally = await bystanders(scene, target);
    scene.expectAllAnswered(tally, 10, 'clients beside idle ones');
    const ended = (await Promise.all(idle)).reduce((sum, one) => sum + one.ended, 0);
    scene.expect(ended === count, `expected ${count} idle clients to be ended, got ${ended}`);
    await server.restart(target, { graceMs: 1_000 });
  },
};
