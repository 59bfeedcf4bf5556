import type { Fault } from './fault.js';

const GIGABYTE = 1_000_000_000;
/** What a short run sends instead. */
const LESS = 100_000_000;

export const gigabyte: Fault = {
  name: 'gigabyte',
  title: 'A client that sends 1 GB (100 MB in a short run)',
  inject: (scene) =>
    scene.atStreams(async (target) => {
      const bytes = scene.isSoak ? GIGABYTE : LESS;
      const tally = await scene.clients(
        { name: 'gigabyte', target, count: 1 },
        { do: 'send', text: 'sink\n' },
        { do: 'sendBytes', bytes },
        { do: 'halfClose' },
        { do: 'readLine', expect: String(bytes) },
        { do: 'untilEnd' },
      );
      scene.injected++;
      scene.expectAllAnswered(tally, 1, 'client with a gigabyte');
    }),
};
