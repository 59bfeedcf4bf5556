import { ECHO, hold } from './bystanders.js';
import { WITH_WORKERS, type Fault } from './fault.js';

const HOUR_MS = 3_600_000;
const JUMPS = [HOUR_MS, -24 * HOUR_MS, 0];

export const clock: Fault = {
  name: 'clock',
  title: 'The clock jumps an hour ahead, then a day back, in the server and in its workers',
  inject: async (scene) => {
    for (const jump of JUMPS) {
      const running = scene.atStreams(async (target) => {
        const tally = await scene.clients({ name: 'clock', target, count: 10 }, ...hold(200));
        scene.expectAllAnswered(tally, 10, 'clients whose clock jumps');
      });
      await scene.pause(50);
      await scene.server.moveClock(jump);
      await scene.atStreams(async (target) => {
        // Enough of them to reach every worker; one that is missed keeps its time, which is as good a fault.
        const moves = WITH_WORKERS.includes(scene.engine) ? 8 : 0;
        const steps = [
          { do: 'send', text: `clock ${jump}\n` },
          { do: 'readLine', expect: 'moved' },
          { do: 'untilEnd' },
        ] as const;
        await scene.clients({ name: 'clock', target, count: moves }, ...steps);
        const tally = await scene.clients({ name: 'clock', target, count: 10 }, ...ECHO);
        scene.expectAllAnswered(tally, 10, 'clients after the clock has jumped');
      });
      scene.injected++;
      await running;
    }
  },
};
