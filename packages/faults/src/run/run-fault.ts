import { emptyTally } from '../clients/tally.js';
import { ECHO } from '../faults/bystanders.js';
import type { Fault } from '../faults/fault.js';
import type { FaultResult } from './result.js';
import { Scene, STREAMS, type SceneOptions } from './scene.js';

/** Makes a fault, and sees whether the servers serve after it. */
export async function runFault(fault: Fault, options: SceneOptions): Promise<FaultResult> {
  const { engine, server } = options;
  const { name, title, engines, needs } = fault;
  const nothing = { name, title, injected: 0, untaken: 0, seconds: 0, tally: emptyTally(), broken: [] };
  if (engines !== undefined && !engines.includes(engine)) return { ...nothing, status: 'elsewhere' };
  if (needs !== undefined && !server.has(needs)) return { ...nothing, status: 'not available' };
  const scene = new Scene(options);
  const begin = performance.now();
  try {
    const endedBefore = await steadyEnded(options);
    await fault.inject(scene);
    if (fault.closesListener) scene.untaken += (await steadyEnded(options)) - endedBefore;
    await serveAgain(scene);
  } catch (error) {
    scene.broken.push(String(error instanceof Error ? error.stack : error));
  }
  const { injected, untaken, tally, broken } = scene;
  const seconds = (performance.now() - begin) / 1_000;
  return {
    name,
    title,
    injected,
    untaken,
    seconds,
    tally,
    broken,
    status: broken.length === 0 ? 'held' : 'broken',
  };
}

async function serveAgain(scene: Scene): Promise<void> {
  for (const target of STREAMS) {
    await scene.until(async () => {
      const { answered } = await scene.clients({ name: 'after the fault', target, count: 1 }, ...ECHO);
      return answered === 1;
    }, `expected ${target} to be served again within ${scene.hungAfterMs} ms`);
  }
}

async function steadyEnded({ steady }: SceneOptions): Promise<number> {
  const { tcp, unix } = await steady.tallies();
  return tcp.ended + unix.ended;
}
