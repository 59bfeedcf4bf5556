import { constants } from 'node:os';

/** A second SIGINT within this time is the same Ctrl-C: the terminal sends one, and npm passes on another. */
const SAME_CTRL_C_MS = 1_000;

/** Closes `server` on SIGINT and SIGTERM, and says what became of its requests; a later signal ends at once. */
export function endOnSignal(server) {
  let since;
  const end = async (signal) => {
    if (since !== undefined) {
      if (performance.now() - since > SAME_CTRL_C_MS) process.exit(128 + constants.signals[signal]);
      return;
    }
    since = performance.now();
    console.log(`\n${signal}: draining ${server.stats().active} running; once more ends at once`);
    const { drained, killed, abandoned } = await server.close();
    console.log(`Closed: ${drained} drained, ${killed} killed, ${abandoned} abandoned`);
  };
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => void end(signal));
}
