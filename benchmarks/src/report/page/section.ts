import type { Chart } from '../charts/chart.js';
import type { Html } from './html.js';

/** A part of the page. */
export interface Section {
  readonly id: string;
  readonly title: string;
  readonly body: Html;
  /** Those whose place is in the body. */
  readonly charts: readonly Chart[];
}

export type MaybeSection = Section | undefined;
