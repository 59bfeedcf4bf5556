import { RUBBISH } from '../handlers/rubbish.js';
import { bystanders } from './bystanders.js';
import { WITH_WORKERS, type Fault } from './fault.js';

export const rubbish: Fault = {
  name: 'rubbish',
  title: 'A worker that says to the main side what no worker may',
  engines: WITH_WORKERS,
  inject: (scene) =>
    scene.atStreams(async (target) => {
      if (scene.engine === 'async') return;
      for (const what of RUBBISH[scene.engine]) {
        const clients = bystanders(scene, target);
        await scene.pause(50);
        const before = (await scene.server.stats(target)).total.failed;
        await scene.clients(
          { name: `rubbish ${what}`, target, count: 1 },
          { do: 'send', text: `rubbish ${what}\n` },
          { do: 'untilEnd' },
        );
        scene.injected++;
        await clients;
        const isReported = async (): Promise<boolean> =>
          (await scene.server.stats(target)).total.failed > before;
        await scene.until(
          isReported,
          `expected a worker of ${target} that says ${what} to be ended and told`,
        );
      }
    }),
};
