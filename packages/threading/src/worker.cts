import threads = require('node:worker_threads');
import noFileIsRead = require('./no-file-is-read.cjs');
import type { ThreadReady, ThreadStart } from './protocol.js' with { 'resolution-mode': 'import' };

// What a thread runs: piscina requires this file, and calls what it exports once. It is CommonJS because Node 22 to 26
// abort the whole process when a thread is ended in the middle of requiring an ES module (CreateRequiredModuleFacade).
export = async function run(start: ThreadStart): Promise<ThreadReady> {
  const ready = await load(start);
  if (ready.type === 'failed') await noFileIsRead();
  return ready;
};

async function load(start: ThreadStart): Promise<ThreadReady> {
  try {
    const { startThread } = await import('./thread-start.js');
    return await startThread(start);
  } catch (error) {
    return { type: 'failed', threadId: threads.threadId, error: pack(error as NodeJS.ErrnoException) };
  }
}

/** What packs other errors is among what could not be loaded: for want of descriptors, say. */
function pack(error: NodeJS.ErrnoException): (ThreadReady & { type: 'failed' })['error'] {
  const { name, message, stack, code } = error;
  return { name, message, stack, code, cause: undefined, thrown: false };
}
