import { threadId } from 'node:worker_threads';
import { importWorkerHandler, serializeError, warmUpSockets } from '@socketserver/core/workers';
import { Pulse } from './pulse.js';
import type { ThreadReady, ThreadStart } from './protocol.js';
import { ThreadSide } from './thread-side.js';

/** The one task of a thread's piscina: loads the handler, and listens to the port, over which the rest comes. */
export async function startThread(start: ThreadStart): Promise<ThreadReady> {
  if (start.pulse !== undefined) Pulse.start(start.pulse);
  try {
    const Handler = await importWorkerHandler(start.handler);
    warmUpSockets();
    new ThreadSide(start, Handler).listen();
    return { type: 'loaded', threadId };
  } catch (error) {
    return { type: 'failed', threadId, error: serializeError(error) };
  }
}
