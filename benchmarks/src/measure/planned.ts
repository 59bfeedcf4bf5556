import type { Workload } from '../workloads/index.js';
import type { TrialOptions } from './trial.js';

/** What a trial takes beside its load, until the first ones tell: processes start, connect, and end. */
const BESIDE_LOAD_MS = 400;
/** Thousands of connections are opened, twice. */
const IDLE_MS = 2_500;

/** How long a trial is meant to take, in milliseconds. */
export function plannedMs(
  { kind, warmUps = 1, measureMs }: Workload,
  options: Pick<TrialOptions, 'warmUpMs' | 'measureMs'>,
): number {
  switch (kind) {
    case 'listen':
      return BESIDE_LOAD_MS;
    case 'idle':
      return BESIDE_LOAD_MS + IDLE_MS;
    case 'load':
    case 'kills':
      return BESIDE_LOAD_MS + options.warmUpMs * warmUps + (measureMs ?? options.measureMs);
  }
}
