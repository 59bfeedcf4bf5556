import { spreadOf, type Spread } from '../../measure/statistics.js';
import type { Curve, Sweep } from '../reading/sweep.js';
import type { StrategyFacts } from '../result-file.js';
import { fitScaling, valueAt, type Scaling } from './scaling.js';

/** What one strategy would do with more CPUs. */
export interface MoreCpus {
  readonly strategy: StrategyFacts;
  readonly scaling: Scaling;
  /** The most CPUs that it was fitted at; all beyond is extrapolated. */
  readonly measuredTo: number;
  readonly predictions: readonly Prediction[];
}

export interface Prediction {
  readonly cpus: number;
  /** Answers per second: the model fitted to the medians, and the quartiles of its fits to each round. */
  readonly value: Spread;
  /** To what one CPU does. */
  readonly speedUp: number;
}

/** How much further than measured it is looked. */
const FACTORS = [2, 4, 8];

/**
 * Fits each strategy of the sweep over workers. Only points at which each worker can have a CPU count: what more workers
 * than CPUs do says nothing of more CPUs.
 */
export function withMoreCpus(sweep: Sweep | undefined, cpus: number): MoreCpus[] {
  return (sweep?.curves ?? []).flatMap((curve) => {
    const points = curve.points.filter(({ at }) => at <= cpus);
    const scaling = fitScaling(points.map(({ at, entry }) => ({ n: at, value: entry.value.median })));
    if (scaling === undefined) return [];
    const measuredTo = Math.max(...points.map(({ at }) => at));
    const rounds = fitsOfRounds(points);
    const predictions = FACTORS.map((factor) => predict({ scaling, rounds, cpus: measuredTo * factor }));
    return [{ strategy: curve.strategy, scaling, measuredTo, predictions }];
  });
}

/** A model of each round, from which one sees how far the extrapolation can be trusted. */
function fitsOfRounds(points: Curve['points']): Scaling[] {
  const rounds = new Set(points.flatMap(({ entry }) => entry.trials.map(({ round }) => round)));
  return [...rounds].flatMap((round) => {
    const own = points.flatMap(({ at, entry }) =>
      entry.trials.filter((trial) => trial.round === round).map(({ value }) => ({ n: at, value })),
    );
    // A round that lacks a point would be a model of something else.
    return own.length === points.length ? (fitScaling(own) ?? []) : [];
  });
}

function predict({
  scaling,
  rounds,
  cpus,
}: {
  scaling: Scaling;
  rounds: readonly Scaling[];
  cpus: number;
}): Prediction {
  const median = valueAt(scaling, cpus);
  const spread = spreadOf(rounds.map((round) => valueAt(round, cpus)));
  return {
    cpus,
    value: {
      median,
      low: Math.min(median, spread?.low ?? median),
      high: Math.max(median, spread?.high ?? median),
    },
    speedUp: median / scaling.alone,
  };
}
