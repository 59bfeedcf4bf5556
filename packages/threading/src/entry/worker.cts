import noFileIsRead = require('./no-file-is-read.cjs');
import type { ThreadReady, ThreadStart } from '../driver/thread-start.js' with {
  'resolution-mode': 'import',
};

// What a thread runs: piscina requires this file, and calls what it exports once. It is CommonJS because Node 22 to 26
// abort the whole process when a thread is ended in the middle of requiring an ES module (CreateRequiredModuleFacade).
export = async function run(start: ThreadStart): Promise<ThreadReady> {
  const ready = await load(start);
  if (ready.type === 'failed') await noFileIsRead();
  return ready;
};

async function load(start: ThreadStart): Promise<ThreadReady> {
  try {
    const { startThread } = await import('./thread-main.js');
    return await startThread(start);
  } catch (error) {
    return { type: 'failed', error: serialize(error as NodeJS.ErrnoException) };
  }
}

/** What serializes other errors is among what could not be loaded: for want of descriptors, say. */
function serialize({
  name,
  message,
  stack,
  code,
}: NodeJS.ErrnoException): (ThreadReady & { type: 'failed' })['error'] {
  return { name, message, stack, code };
}
