import { readdirSync } from 'node:fs';
import { hold } from './bystanders.js';
import type { Fault } from './fault.js';

/** How many more descriptors the server's process may have: a few for each listener, or some. */
const ROOM = [6, 40];
const COUNT = 100;
const LIMITED_MS = 700;

export const descriptors: Fault = {
  name: 'descriptors',
  title: 'EMFILE: a limit of descriptors that is lower than what is needed',
  inject: async (scene) => {
    const { server } = scene;
    for (const room of ROOM) {
      // The limit is one of numbers, not of how many there are (setrlimit(2)).
      const highest = Math.max(...readdirSync(`/proc/${server.pid}/fd`).map(Number));
      server.limitDescriptors(highest + 1 + room);
      scene.injected++;
      try {
        const crowds = scene.atStreams(async (target) => {
          const tally = await scene.clients({ name: 'descriptors', target, count: COUNT }, ...hold(100));
          // Handing a connection to a thread takes one more, and fails without; elsewhere all wait.
          if (scene.engine !== 'threading') {
            scene.expectAllAnswered(tally, COUNT, 'clients of a server without descriptors');
          }
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
