import { bystanders } from './bystanders.js';
import { WITH_WORKERS, type Fault } from './fault.js';

/** On a busy machine V8 takes this long to find out that there is no memory left. */
const V8_GIVES_UP_MS = 20_000;

interface WorkerDeath extends Pick<Fault, 'name' | 'title'> {
  /** What a client tells a handler that is to end its worker. */
  readonly command: string;
  /** How many workers are ended, one after the other. */
  readonly count: number;
  /** How long it may take until a worker ends, in ms, besides what any client waits. */
  readonly takesMs?: number;
}

/** A handler ends its worker, while others are running in it. */
function workerDeath({ name, title, command, count, takesMs = 0 }: WorkerDeath): Fault {
  return {
    name,
    title,
    engines: WITH_WORKERS,
    inject: (scene) =>
      scene.atStreams(async (target) => {
        const clients = bystanders(scene, target);
        await scene.pause(50);
        await scene.clients(
          { name, target, count, atOnce: 1, hungAfterMs: scene.hungAfterMs + takesMs },
          { do: 'send', text: `${command}\n` },
          { do: 'untilEnd' },
        );
        scene.injected += count;
        await clients;
      }),
  };
}

export const WORKER_DEATHS: readonly Fault[] = [
  workerDeath({ name: 'exit', title: 'process.exit() in a worker', command: 'exit', count: 3 }),
  workerDeath({
    name: 'uncaught',
    title: 'An error that nothing catches in a worker',
    command: 'uncaught',
    count: 3,
  }),
  workerDeath({
    name: 'out-of-memory',
    title: 'A worker that uses up its memory',
    command: 'oom',
    count: 1,
    takesMs: V8_GIVES_UP_MS,
  }),
];
