import type { Chart } from '../charts/chart.js';

/** What the script of the page is given, as JSON. */
export interface PageData {
  readonly charts: readonly Chart[];
  readonly looks: readonly PageLook[];
}

/** How the script draws a strategy. */
export interface PageLook {
  readonly strategy: string;
  readonly isOurs: boolean;
  /** Values of CSS: a colour, and what fills a bar. */
  readonly colour: string;
  readonly fill: string;
  readonly symbol: string;
}

/** The element that holds it. */
export const DATA_ID = 'page-data';
