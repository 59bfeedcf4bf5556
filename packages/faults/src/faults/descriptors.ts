import { readdirSync } from 'node:fs';
import { hold } from './bystanders.js';
import type { Fault } from './fault.js';

/** How many descriptors the server's process may have beyond those that it has: one for each listener, or some. */
const ROOM = [3, 40];
const LIMITED_MS = 700;

export const descriptors: Fault = {
  name: 'descriptors',
  title: 'EMFILE: a limit of descriptors that is lower than what is needed',
  inject: async (scene) => {
    const { server } = scene;
    for (const room of ROOM) {
      const open = readdirSync(`/proc/${server.pid}/fd`).length;
      server.limitDescriptors(open + room);
      scene.injected++;
      try {
        const crowds = scene.atStreams(async (target) => {
          await scene.clients({ name: 'descriptors', target, count: 100 }, ...hold(100));
        });
        await scene.pause(LIMITED_MS);
        server.limitDescriptors(null);
        await crowds;
      } finally {
        server.limitDescriptors(null);
      }
    }
  },
};
