import type { RoundTrial } from '../../dist/measure/rounds.js';

/** A trial in which nothing went wrong, unless it is given. */
export function trialOf(
  given: Partial<RoundTrial> & Pick<RoundTrial, 'workload' | 'strategy' | 'round' | 'value'>,
): RoundTrial {
  return {
    answered: 10,
    wrong: 0,
    timedOut: 0,
    failed: {},
    cpuMicrosPerAnswer: null,
    cpuShare: null,
    loadCpuShare: null,
    memoryBytes: null,
    listenMs: 1,
    latency: null,
    ...given,
  };
}

/** A round for each value. */
export function trialsOf(workload: string, strategy: string, values: readonly number[]): RoundTrial[] {
  return values.map((value, round) => trialOf({ workload, strategy, round, value }));
}
