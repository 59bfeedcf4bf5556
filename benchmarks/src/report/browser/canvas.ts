import type { LookBook } from './look-book.js';

/** Where a chart is drawn. */
export interface Canvas {
  /** In CSS pixels. */
  readonly width: number;
  readonly book: LookBook;
}

/** Room for the names of strategies. */
export function labelWidth(names: readonly string[]): number {
  const PIXELS_PER_LETTER = 7.2;
  return Math.max(...names.map((name) => name.length)) * PIXELS_PER_LETTER + 18;
}

/** Of each strategy that has one line to itself, in CSS pixels. */
export const ROW_HEIGHT = 26;

/** What all charts have in common. */
export const STYLE = { fontSize: '12.5px', fontFamily: 'inherit', overflow: 'visible' } as const;

/** Behind the marks. */
export const GRID = { stroke: 'var(--line)', strokeOpacity: 1 } as const;

/** Around a figure that the pointer is near. */
export const TIP = {
  fill: 'var(--raised)',
  stroke: 'var(--line)',
  lineHeight: 1.35,
  fontSize: 12.5,
  textPadding: 9,
} as const;
