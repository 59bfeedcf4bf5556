import type { Spread } from '../../measure/statistics.js';
import type { Unit } from '../figures.js';

/** What is drawn, as plain data: it is part of the page, as the script of the page draws it and tests read it. */
export type Chart = BarChart | PercentileChart | LineChart;

interface Described {
  /** Unique on the page. */
  readonly id: string;
  readonly title: string;
  /** In one or two sentences what is seen, for those who do not see it. */
  readonly description: string;
}

export interface BarChart extends Described {
  readonly kind: 'bars';
  readonly unit: Unit;
  readonly axis: string;
  readonly better: 'more' | 'less';
  readonly bars: readonly { readonly strategy: string; readonly value: Spread; readonly errors: number }[];
}

export interface PercentileChart extends Described {
  readonly kind: 'percentiles';
  readonly rows: readonly {
    readonly strategy: string;
    /** In µs. */
    readonly marks: readonly { readonly percentile: string; readonly value: Spread }[];
  }[];
}

export interface LineChart extends Described {
  readonly kind: 'lines';
  readonly x: Axis;
  readonly y: Axis & { readonly unit: Unit };
  readonly lines: readonly Line[];
  /** What would be reached if nothing were lost. */
  readonly ideal: readonly Position[] | null;
}

interface Axis {
  readonly label: string;
  readonly isLog: boolean;
}

interface Line {
  readonly strategy: string;
  readonly points: readonly { readonly x: number; readonly y: Spread }[];
  /** A model fitted to the points, drawn beyond them; empty where there is none. */
  readonly model: readonly Position[];
}

interface Position {
  readonly x: number;
  readonly y: number;
}
