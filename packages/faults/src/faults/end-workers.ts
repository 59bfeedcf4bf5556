import type { Scene, StreamTarget } from '../run/scene.js';
import { signalChild } from './signal-child.js';

/** So many, so that most of the time something else goes on. */
const MAX_DEATHS = 10;
/** Milliseconds between two deaths, at most: less than what most workers take to start. */
const PAUSE_MS = 150;

/**
 * Ends workers of a server, one after the other, until `isOver` says so, or enough have died: processes from outside,
 * threads by a handler.
 */
export async function endWorkers(scene: Scene, target: StreamTarget, isOver: () => boolean): Promise<void> {
  for (let deaths = 0; deaths < MAX_DEATHS && !isOver(); deaths++) {
    if (scene.engine === 'forking') {
      // Any of them: one that serves, one that starts, or one that is on its way out.
      const children = await scene.children(target);
      if (children.length > 0 && signalChild(scene.random.pick(children), 'SIGKILL')) scene.injected++;
    } else {
      const command = scene.random.pick(['exit', 'uncaught']);
      await scene.clients(
        { name: command, target, count: 1 },
        { do: 'send', text: `${command}\n` },
        { do: 'untilEnd' },
      );
      scene.injected++;
    }
    await scene.pause(scene.random.integer(0, PAUSE_MS));
  }
}
