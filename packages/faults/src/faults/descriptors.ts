import { readdirSync } from 'node:fs';
import { hold } from './bystanders.js';
import type { Fault } from './fault.js';

/**
 * How many more descriptors the server's process may have. The first is little more than the steady load takes: below
 * what is open already, libuv closes whom it accepts, and nobody can count them.
 */
const ROOM = [30, 60];
const COUNT = 100;
const LIMITED_MS = 700;

export const descriptors: Fault = {
  name: 'descriptors',
  title: 'EMFILE: a limit of descriptors that is lower than what is needed',
  inject: async (scene) => {
    const { server } = scene;
    for (const room of ROOM) {
      server.limitDescriptors(limitWithRoom(server.pid, room));
      scene.injected++;
      try {
        const crowds = scene.atStreams(async (target) => {
          const tally = await scene.clients({ name: 'descriptors', target, count: COUNT }, ...hold(100));
          scene.expectAllAnswered(tally, COUNT, 'clients of a server without descriptors');
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

/** The limit that leaves so many numbers free: it is one of numbers, not of how many are open (setrlimit(2)). */
function limitWithRoom(pid: number, room: number): number {
  const open = new Set(readdirSync(`/proc/${pid}/fd`).map(Number));
  let limit = 0;
  for (let free = 0; free < room; limit++) if (!open.has(limit)) free++;
  return limit;
}
