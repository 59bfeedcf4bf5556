import { bystanders } from './bystanders.js';
import { endWorkers } from './end-workers.js';
import { WITH_WORKERS, type Fault } from './fault.js';

const RELOADS = 4;
/** Milliseconds before the next `reload()`: some begin while the last death is not replaced yet. */
const PAUSES_MS = [0, 50, 200];

export const reloadAndKill: Fault = {
  name: 'reload-and-kill',
  title: `${RELOADS} times reload() under load, while workers die`,
  engines: WITH_WORKERS,
  needs: 'reload',
  inject: (scene) =>
    scene.atStreams(async (target) => {
      const clients = bystanders(scene, target);
      let isOver = false;
      const ending = endWorkers(scene, target, () => isOver);
      let loaded = 0;
      try {
        for (let reload = 0; reload < RELOADS; reload++) {
          await scene.pause(scene.random.pick(PAUSES_MS));
          // One of those that load may be killed: then the old ones go on, and whoever called it is told.
          if (await hasLoaded(scene.server.call(target, 'reload'))) loaded++;
        }
      } finally {
        isOver = true;
        await ending;
      }
      await clients;
      scene.injected += loaded;
      if (scene.engine === 'threading') {
        scene.expect(loaded === RELOADS, `expected ${RELOADS} reloads to load a sound module, got ${loaded}`);
      }
      // With nobody who kills it loads.
      await scene.server.call(target, 'reload');
      scene.expectAllAnswered(await bystanders(scene, target), 10, 'clients after reloads and deaths');
    }),
};

async function hasLoaded(reload: Promise<unknown>): Promise<boolean> {
  try {
    await reload;
    return true;
  } catch {
    return false;
  }
}
