import { bystanders } from './bystanders.js';
import type { Fault } from './fault.js';
import { signalChild } from './signal-child.js';

export const killChild: Fault = {
  name: 'kill-child',
  title: 'SIGKILL of a child process',
  engines: ['forking'],
  inject: (scene) =>
    scene.atStreams(async (target) => {
      for (let round = 0; round < 3; round++) {
        const clients = bystanders(scene, target);
        await scene.pause(50);
        const pid = scene.random.pick(await scene.children(target));
        if (signalChild(pid, 'SIGKILL')) scene.injected++;
        await clients;
        await scene.until(
          async () => !(await scene.children(target)).includes(pid),
          `expected child ${pid}, which was killed, to be gone`,
        );
      }
    }),
};
