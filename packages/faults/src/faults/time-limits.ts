import type { Step } from '../protocol.js';
import type { Fault } from './fault.js';

/** Above what the steady load needs, below what a client waits for. */
const LIMITS = { requestTimeout: 3_000, handshakeTimeout: 1_000, writeTimeout: 1_000, timeoutGrace: 200 };
const COUNT = 10;
const MORE_THAN_BUFFERS_HOLD = 50_000_000;

/** Each runs into one of the limits, and would else stay for minutes. */
const OFFENDERS: Readonly<Record<keyof typeof LIMITS, readonly Step[]>> = {
  requestTimeout: [
    { do: 'send', text: 'hold 600000\n' },
    { do: 'readLine', expect: 'held' },
  ],
  handshakeTimeout: [{ do: 'readLine', expect: 'nothing' }],
  writeTimeout: [
    { do: 'send', text: `pour ${MORE_THAN_BUFFERS_HOLD}\n` },
    { do: 'wait', ms: 4_000 },
    { do: 'readBytes', bytes: MORE_THAN_BUFFERS_HOLD },
  ],
  timeoutGrace: [
    { do: 'drip', text: 'a slow line', everyMs: 1_000 },
    { do: 'readLine', expect: 'nothing' },
  ],
};

export const timeLimits: Fault = {
  name: 'time-limits',
  title: 'Clients and handlers that pass `requestTimeout`, `handshakeTimeout` and `writeTimeout`',
  needs: 'requestTimeout',
  closesListener: true,
  inject: (scene) =>
    scene.atStreams(async (target) => {
      const { server } = scene;
      await server.restart(target, { graceMs: 1_000, fields: LIMITS });
      const passed = async (): Promise<number> =>
        (await server.stats(target)).failures['ERR_SOCKETSERVER_TIMEOUT'] ?? 0;
      const before = await passed();
      await Promise.all(
        Object.entries(OFFENDERS).map(async ([limit, steps]) => {
          const tally = await scene.clients({ name: limit, target, count: COUNT }, ...steps);
          scene.injected += COUNT;
          scene.expect(
            tally.ended === COUNT,
            `expected ${COUNT} clients to be ended by ${limit}, got ${tally.ended}`,
          );
        }),
      );
      const all = COUNT * Object.keys(OFFENDERS).length;
      await scene.until(
        async () => (await passed()) - before >= all,
        `expected ${all} requests to fail with ERR_SOCKETSERVER_TIMEOUT`,
      );
      await server.restart(target, { graceMs: 1_000 });
    }),
};
