import { bystanders } from './bystanders.js';
import type { Fault } from './fault.js';
import { signalChild } from './signal-child.js';

export const freezeChild: Fault = {
  name: 'freeze-child',
  title: 'SIGSTOP of a child process, for good',
  engines: ['forking'],
  needs: 'stuckTimeout',
  inject: (scene) =>
    scene.atStreams(async (target) => {
      const [pid] = await scene.children(target);
      if (pid === undefined) return;
      const clients = bystanders(scene, target);
      await scene.pause(50);
      if (signalChild(pid, 'SIGSTOP')) scene.injected++;
      await clients;
      await scene.until(
        async () => !(await scene.children(target)).includes(pid),
        `expected child ${pid}, which is stopped, to be replaced`,
      );
    }),
};
