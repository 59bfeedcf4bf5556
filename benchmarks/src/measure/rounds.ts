import type { Strategy } from '../strategies/index.js';
import type { Workload } from '../workloads/index.js';
import { NeverListened } from './server-process.js';
import { runTrial, type Trial, type TrialOptions } from './trial.js';

/** A workload, and who is to do it. */
export interface Contest {
  readonly workload: Workload;
  readonly strategies: readonly Strategy[];
}

export interface RoundsPlan {
  readonly contests: readonly Contest[];
  readonly rounds: number;
  readonly trial: TrialOptions;
}

/** One trial, and which round it belongs to. */
export interface RoundTrial extends Trial {
  readonly round: number;
}

/** A strategy that does not run a workload, and why. */
export interface Skip {
  readonly workload: string;
  readonly strategy: string;
  readonly reason: string;
}

/** What is about to be done, or has just been done. */
export type Step = { readonly contest: Contest } & (
  | { readonly kind: 'begin'; readonly strategy: Strategy }
  | Outcome
);

type Outcome =
  | { readonly kind: 'trial'; readonly trial: RoundTrial }
  /** The trials of later rounds are left out too. */
  | { readonly kind: 'skip'; readonly skip: Skip; readonly round: number };

/**
 * Runs every contest, `rounds` times. Within a round the strategies follow each other at once, each round beginning
 * with another one: whatever else the machine does meets all of them alike, and the ratio of two neighbours tells
 * more than the figures themselves.
 */
export async function* runRounds({ contests, rounds, trial }: RoundsPlan): AsyncGenerator<Step> {
  for (const contest of contests) {
    const { workload, strategies } = contest;
    const unable = new Set<Strategy>();
    for (let round = 0; round < rounds; round++) {
      for (const strategy of rotate(strategies, round)) {
        if (unable.has(strategy)) continue;
        yield { kind: 'begin', contest, strategy };
        const outcome = await outcomeOf(strategy, workload, { round, trial });
        if (outcome.kind === 'skip') unable.add(strategy);
        yield { contest, ...outcome };
      }
    }
  }
}

async function outcomeOf(
  strategy: Strategy,
  workload: Workload,
  { round, trial }: { round: number; trial: TrialOptions },
): Promise<Outcome> {
  try {
    return { kind: 'trial', trial: { round, ...(await runTrial(strategy, workload, trial)) } };
  } catch (error) {
    // A peer may not be able to run with this Node, or on this machine: the others can still be compared.
    if (!(error instanceof NeverListened)) throw error;
    return {
      kind: 'skip',
      round,
      skip: { workload: workload.name, strategy: strategy.name, reason: error.message },
    };
  }
}

function rotate<Item>(items: readonly Item[], by: number): Item[] {
  const at = items.length === 0 ? 0 : by % items.length;
  return [...items.slice(at), ...items.slice(0, at)];
}
