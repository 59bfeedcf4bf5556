import type { ThreadReady, ThreadStart } from './protocol.js' with { 'resolution-mode': 'import' };

// What a thread runs: piscina requires this file, and calls what it exports once. It is CommonJS because Node 22 to 26
// abort the whole process when a thread is ended in the middle of requiring an ES module (CreateRequiredModuleFacade).
export = async function run(start: ThreadStart): Promise<ThreadReady> {
  const { startThread } = await import('./thread-start.js');
  return startThread(start);
};
