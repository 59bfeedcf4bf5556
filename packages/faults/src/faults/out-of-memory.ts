import { bystanders } from './bystanders.js';
import { WITH_WORKERS, type Fault } from './fault.js';

/** On a busy machine V8 takes this long to find out that there is no memory left. */
const V8_GIVES_UP_MS = 20_000;

export const outOfMemory: Fault = {
  name: 'out-of-memory',
  title: 'A worker that uses up its memory',
  engines: WITH_WORKERS,
  inject: (scene) =>
    scene.atStreams(async (target) => {
      const clients = bystanders(scene, target);
      await scene.pause(50);
      await scene.clients(
        { name: 'out-of-memory', target, count: 1, hungAfterMs: scene.hungAfterMs + V8_GIVES_UP_MS },
        { do: 'send', text: 'oom\n' },
        { do: 'untilEnd' },
      );
      scene.injected += 1;
      await clients;
    }),
};
