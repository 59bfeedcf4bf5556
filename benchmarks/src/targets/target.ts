import type { Spread } from '../measure/statistics.js';

/** What a strategy should reach, beside another one or by itself. */
export interface Target {
  readonly workload: string;
  readonly strategy: string;
  /** The strategy that the figure is divided by; without it the figure itself is meant. */
  readonly than?: string;
  /** What of a trial. @default value */
  readonly figure?: 'p50' | 'p99';
  /** Without either: reported, and neither met nor missed. */
  readonly atLeast?: number;
  readonly atMost?: number;
}

export interface TargetResult extends Target {
  /** null: not measured, or not in the same round as the other one. */
  readonly measured: Spread | null;
  /** Whether the median reaches it; null without a goal or a figure. */
  readonly isMet: boolean | null;
}
