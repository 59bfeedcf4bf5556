import { bystanders, ECHO } from './bystanders.js';
import type { Fault } from './fault.js';

/** Longer than every time limit of the servers. */
const STOPPED_MS = 3_000;

export const stopServer: Fault = {
  name: 'stop-server',
  title: `SIGSTOP of the server's process for ${STOPPED_MS / 1_000} s: every time limit passes at once`,
  inject: async (scene) => {
    const clients = scene.atStreams(async (target) => {
      const before = bystanders(scene, target);
      await scene.pause(150);
      const newcomers = await scene.clients({ name: 'newcomer', target, count: 20 }, ...ECHO);
      scene.expectAllAnswered(await before, 10, 'clients of a server that was stopped');
      scene.expectAllAnswered(newcomers, 20, 'clients that came while the server was stopped');
    });
    await scene.pause(100);
    scene.server.program.signal('SIGSTOP');
    scene.injected++;
    await scene.pause(STOPPED_MS);
    scene.server.program.signal('SIGCONT');
    await clients;
  },
};
