import type { Fault } from './fault.js';

const LIMITS = { writeTimeout: 1_000, timeoutGrace: 200 };
const COUNT = 10;
/** More than the kernel's buffers hold in both directions, and more than the server may gather. */
const BYTES = 100_000_000;

export const floodUnread: Fault = {
  name: 'flood-unread',
  title: 'Clients that send without end, and read none of the answers',
  needs: 'writeTimeout',
  closesListener: true,
  inject: (scene) =>
    scene.atStreams(async (target) => {
      await scene.server.restart(target, { graceMs: 1_000, fields: LIMITS });
      const tally = await scene.clients(
        { name: 'flood-unread', target, count: COUNT },
        { do: 'send', text: 'spout\n' },
        { do: 'sendBytes', bytes: BYTES },
        { do: 'wait', ms: 600_000 },
      );
      scene.injected += COUNT;
      scene.expect(
        tally.ended === COUNT,
        `expected ${COUNT} clients that do not read to be ended by writeTimeout, got ${tally.ended}`,
      );
      await scene.server.restart(target, { graceMs: 1_000 });
    }),
};
