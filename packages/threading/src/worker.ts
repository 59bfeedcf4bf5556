import { threadId } from 'node:worker_threads';
import { importHandler, packError } from '@socketserver/core/engine';
import type { ThreadReady, ThreadStart } from './protocol.js';
import { ThreadSide } from './thread-side.js';

// What a thread runs: piscina calls the default export once, and the rest comes over the port.

export default async function startThread(start: ThreadStart): Promise<ThreadReady> {
  try {
    const Handler = await importHandler(start.handler);
    new ThreadSide(start, Handler).listen();
    return { type: 'loaded', threadId };
  } catch (error) {
    return { type: 'failed', threadId, error: packError(error) };
  }
}
