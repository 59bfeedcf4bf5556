import { setImmediate as turn } from 'node:timers/promises';
import { threadId } from 'node:worker_threads';
import { importHandler, packError } from '@socketserver/core/engine';
import { Pulse } from './pulse.js';
import type { ThreadReady, ThreadStart } from './protocol.js';
import { ThreadSide } from './thread-side.js';

/** The one task of a thread's piscina: loads the handler, and listens to the port, over which the rest comes. */
export async function startThread(start: ThreadStart): Promise<ThreadReady> {
  if (start.pulse !== undefined) Pulse.start(start.pulse);
  try {
    const Handler = await importHandler(start.handler);
    new ThreadSide(start, Handler).listen();
    return { type: 'loaded', threadId };
  } catch (error) {
    await noFileIsRead();
    return { type: 'failed', threadId, error: packError(error) };
  }
}

/** How long the rest of a module's files may take to be read, and how long no file is read when all have been, in ms. */
const READ_MS = 1_000;
const QUIET_MS = 20;

/**
 * Node reads the files that a module imports all at once, and goes on when one of them has failed. A thread that is
 * ended meanwhile leaves those that it has opened open, for as long as the process lives.
 */
async function noFileIsRead(): Promise<void> {
  const begin = performance.now();
  let last = begin;
  for (let now = begin; now - last < QUIET_MS && now - begin < READ_MS; now = performance.now()) {
    await turn();
    if (process.getActiveResourcesInfo().some(isOfFile)) last = performance.now();
  }
}

function isOfFile(resource: string): boolean {
  return resource.startsWith('FSReq') || resource.startsWith('FileHandle');
}
