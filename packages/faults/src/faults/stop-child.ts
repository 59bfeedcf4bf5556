import { bystanders, ECHO } from './bystanders.js';
import type { Fault } from './fault.js';
import { signalChild } from './signal-child.js';

/** Longer than the servers' `acknowledgeTimeout`, shorter than their `stuckTimeout`. */
const STOPPED_MS = 1_600;

export const stopChild: Fault = {
  name: 'stop-child',
  title: 'SIGSTOP of a child process, and SIGCONT',
  engines: ['forking'],
  inject: (scene) =>
    scene.atStreams(async (target) => {
      const [pid] = await scene.children(target);
      if (pid === undefined) return;
      const before = bystanders(scene, target);
      await scene.pause(50);
      if (signalChild(pid, 'SIGSTOP')) scene.injected++;
      const newcomers = scene.clients({ name: 'newcomer', target, count: 20 }, ...ECHO);
      await scene.pause(STOPPED_MS);
      signalChild(pid, 'SIGCONT');
      await Promise.all([before, newcomers]);
    }),
};
