import type { Engine, Target } from '../protocol.js';

/** Old space of a worker, in MB: little, so that it is soon used up. */
const WORKER_MB = 48;

/** How the servers of the proof are tuned: times are short, so that a run sees them pass many times. */
export function tuningOf(engine: Engine, target: Target): Readonly<Record<string, unknown>> {
  return { ...engineTuning(engine, target) };
}

function engineTuning(engine: Engine, target: Target): Readonly<Record<string, unknown>> {
  const workers = target === 'udp' ? 1 : 2;
  switch (engine) {
    case 'async':
      return {};
    case 'threading':
      return {
        maxThreads: workers,
        resourceLimits: { maxOldGenerationSizeMb: WORKER_MB },
        stuckTimeout: 2_000,
      };
    case 'forking':
      return {
        maxChildren: workers,
        acknowledgeTimeout: 1_000,
        killGrace: 1_000,
        execArgv: [`--max-old-space-size=${WORKER_MB}`],
        stuckTimeout: 2_000,
      };
  }
}
