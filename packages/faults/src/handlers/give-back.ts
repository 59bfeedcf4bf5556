import { Session } from 'node:inspector/promises';
import { createRequire } from 'node:module';
import { isMainThread } from 'node:worker_threads';

/**
 * Gives back the memory that nothing uses, so that what is resident afterwards is alive. V8 collects the garbage of the
 * thread that calls this as it does when memory is short, and makes its heap small: `global.gc()` leaves the young
 * generation as large as it has become. Then the C library gives back what is free in the arenas of all threads.
 */
export async function giveBack(): Promise<void> {
  const session = new Session();
  session.connect();
  await session.post('HeapProfiler.collectGarbage');
  session.disconnect();
  if (isMainThread) trim();
}

let mallocTrim: ((pad: number) => number) | undefined;

/** malloc_trim(3). koffi is loaded when it is needed: a worker that starts while descriptors are short has enough to read. */
function trim(): void {
  if (mallocTrim === undefined) {
    const koffi = createRequire(import.meta.url)('koffi') as typeof import('koffi');
    mallocTrim = koffi.load(null).func('int malloc_trim(size_t pad)');
  }
  mallocTrim?.(0);
}
