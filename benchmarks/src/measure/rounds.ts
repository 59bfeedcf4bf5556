import type { Strategy } from '../strategies/index.js';
import type { Workload } from '../workloads/index.js';
import { runTrial, type Trial, type TrialOptions } from './trial.js';

export interface RoundsPlan {
  readonly strategies: readonly Strategy[];
  readonly workloads: readonly Workload[];
  readonly rounds: number;
  readonly trial: TrialOptions;
}

/** One trial, and which round it belongs to. */
export interface RoundTrial extends Trial {
  readonly round: number;
}

/**
 * Runs every strategy under every workload, `rounds` times. Within a round the strategies follow each other at
 * once, each round beginning with another one: whatever else the machine does meets all of them alike, and the
 * ratio of two neighbours tells more than the figures themselves.
 */
export async function* runRounds({
  strategies,
  workloads,
  rounds,
  trial,
}: RoundsPlan): AsyncGenerator<RoundTrial> {
  for (const workload of workloads) {
    const taking = strategiesOf(workload, strategies);
    for (let round = 0; round < rounds; round++) {
      for (const strategy of rotate(taking, round)) {
        yield { round, ...(await runTrial(strategy, workload, trial)) };
      }
    }
  }
}

/** How many trials a plan has. */
export function trialCount({ strategies, workloads, rounds }: RoundsPlan): number {
  return rounds * workloads.reduce((sum, one) => sum + strategiesOf(one, strategies).length, 0);
}

function strategiesOf(workload: Workload, strategies: readonly Strategy[]): readonly Strategy[] {
  return strategies.filter(({ name }) => workload.strategies?.includes(name) ?? true);
}

function rotate<Item>(items: readonly Item[], by: number): Item[] {
  const at = items.length === 0 ? 0 : by % items.length;
  return [...items.slice(at), ...items.slice(0, at)];
}
