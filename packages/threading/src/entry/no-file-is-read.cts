import timers = require('node:timers/promises');

/** How long the rest of a module's files may take to be read, and how long no file is read when all have been, in ms. */
const READ_MS = 1_000;
const QUIET_MS = 20;

/**
 * For a thread whose module does not load. Node reads the files that a module imports all at once, and goes on when one
 * of them has failed. A thread that is ended meanwhile leaves those that it has opened open, for as long as the process
 * lives.
 */
async function noFileIsRead(): Promise<void> {
  const begin = performance.now();
  let last = begin;
  for (let now = begin; now - last < QUIET_MS && now - begin < READ_MS; now = performance.now()) {
    await timers.setImmediate();
    if (process.getActiveResourcesInfo().some(isOfFile)) last = performance.now();
  }
}

function isOfFile(resource: string): boolean {
  return resource.startsWith('FSReq') || resource.startsWith('FileHandle');
}

export = noFileIsRead;
