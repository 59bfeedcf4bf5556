import { THROWN } from '../handlers/commands.js';
import type { Fault } from './fault.js';

const TIMES = 3;

export const thrown: Fault = {
  name: 'thrown',
  title: 'Handlers that throw everything that can be thrown',
  inject: async (scene) => {
    for (const what of Object.keys(THROWN)) {
      const before = await scene.server.allStats();
      await scene.atStreams(async (target) => {
        const tally = await scene.clients(
          { name: `throw ${what}`, target, count: TIMES },
          { do: 'send', text: `throw ${what}\n` },
          { do: 'untilEnd' },
        );
        scene.injected += TIMES;
        scene.expectAllAnswered(tally, TIMES, `clients whose handler throws: ${what}`);
        // The client sees the end a little before the server hears of it from its worker.
        const failed = async (): Promise<number> =>
          (await scene.server.stats(target)).total.failed - before[target].total.failed;
        const otherwise = `expected ${TIMES} requests over ${target} that threw ${what} to be counted as failed`;
        await scene.until(async () => (await failed()) >= TIMES, otherwise);
      });
    }
  },
};
