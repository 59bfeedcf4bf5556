import { setTimeout as delay } from 'node:timers/promises';

/** Resolves when `condition` holds: for what no event tells of. The test's own time limit bounds it. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await delay(1);
}

/** Lets everything that is ready happen: for showing that something does not. */
export async function turns(count = 20): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
}
