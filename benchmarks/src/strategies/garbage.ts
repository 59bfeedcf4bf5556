import { isMainThread } from 'node:worker_threads';
import { writeJsonLine } from '../lines.js';

const ASKED = 'benchmarks: collect';
const DONE = 'benchmarks: collected';

/**
 * In a thread: frees its garbage whenever the main thread asks. In a child process of the server: on SIGUSR2, and
 * says so on stdout, which is the server's. Elsewhere nothing.
 */
export function collectWhenAsked(): void {
  if (!isMainThread) collectInThread();
  else if (process.send !== undefined) {
    process.on('SIGUSR2', () => {
      collectGarbage();
      writeJsonLine({ event: 'collected' });
    });
  }
}

function collectInThread(): void {
  const asked = new BroadcastChannel(ASKED);
  const done = new BroadcastChannel(DONE);
  asked.onmessage = () => {
    collectGarbage();
    done.postMessage(null);
  };
  for (const channel of [asked, done]) (channel as unknown as NodeJS.RefCounted).unref();
}

/** Frees the garbage of this thread. */
export function collectGarbage(): void {
  // The second run frees what finalizers of the first let go.
  globalThis.gc?.();
  globalThis.gc?.();
}

/** In the main thread: resolves when this many threads have freed theirs. */
export function collectInThreads(threads: number): Promise<void> {
  const asked = new BroadcastChannel(ASKED);
  const done = new BroadcastChannel(DONE);
  let left = threads;
  return new Promise((resolve) => {
    done.onmessage = () => {
      if (--left > 0) return;
      asked.close();
      done.close();
      resolve();
    };
    asked.postMessage(null);
  });
}
