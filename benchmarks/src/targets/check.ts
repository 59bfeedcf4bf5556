import { ratiosOf, type Figure } from '../measure/ratios.js';
import type { RoundTrial } from '../measure/rounds.js';
import { spreadOf } from '../measure/statistics.js';
import type { Target, TargetResult } from './target.js';

/** Compares what was measured with what was to be reached. */
export function checkTargets(targets: readonly Target[], trials: readonly RoundTrial[]): TargetResult[] {
  return targets.map((target) => {
    const { workload, strategy, than, figure, atLeast = -Infinity, atMost = Infinity } = target;
    const pick: Figure = figure === undefined ? ({ value }) => value : ({ latency }) => latency?.[figure];
    const of = (name: string): RoundTrial[] =>
      trials.filter((trial) => trial.workload === workload && trial.strategy === name);
    const figures = of(strategy).map((trial) => pick(trial) ?? NaN);
    const measured =
      than === undefined
        ? spreadOf(figures.filter((value) => Number.isFinite(value)))
        : ratiosOf(of(strategy), of(than), pick);
    const hasGoal = target.atLeast !== undefined || target.atMost !== undefined;
    const isMet =
      measured === null || !hasGoal ? null : measured.median >= atLeast && measured.median <= atMost;
    return { ...target, measured, isMet };
  });
}
