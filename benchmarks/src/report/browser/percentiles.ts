import * as Plot from '@observablehq/plot';
import type { PercentileChart } from '../charts/chart.js';
import { figure } from '../figures.js';
import { GRID, labelWidth, ROW_HEIGHT, STYLE, TIP, type Canvas } from './canvas.js';
import { axisFigure, domainOf, ticksFor } from './scale.js';

interface Mark {
  readonly strategy: string;
  readonly percentile: string;
  readonly micros: number;
  readonly index: number;
  readonly tip: string;
}

/** A line from the median to the slowest of all answers for each strategy, with marks for what lies between. */
export function drawPercentiles({ rows }: PercentileChart, { width, book }: Canvas): Element {
  const names = rows.map(({ strategy }) => strategy);
  const marks = rows.flatMap(marksOf);
  const count = rows[0]?.marks.length ?? 0;
  const domain = domainOf(
    marks.map(({ micros }) => micros),
    true,
  );
  const ticks = ticksFor(domain, { isLog: true, length: width });
  const colour = ({ strategy }: { strategy: string }): string => book.colour(strategy);
  const isShown = ({ index }: Mark): boolean => index === 0 || index >= 3;
  return Plot.plot({
    width,
    height: names.length * ROW_HEIGHT + 62,
    marginLeft: labelWidth(names),
    marginRight: 24,
    marginBottom: 40,
    marginTop: 6,
    style: STYLE,
    x: {
      type: 'log',
      domain,
    },
    y: { type: 'point', domain: names, label: null, padding: 0.6 },
    marks: [
      Plot.gridX({ ...GRID, ticks }),
      Plot.axisX({
        ticks,
        text: axisFigure('µs'),
        label: 'time from request to answer (less is better)',
        labelAnchor: 'left',
        labelArrow: 'left',
      }),
      Plot.axisY({ tickSize: 0, fill: 'currentColor' }),
      Plot.ruleY(rows, {
        x1: (row: PercentileChart['rows'][number]) => row.marks[0]?.value.median,
        x2: (row: PercentileChart['rows'][number]) => row.marks.at(-1)?.value.median,
        y: 'strategy',
        stroke: colour,
        strokeWidth: 2,
        strokeOpacity: 0.45,
      }),
      // From the median to the slowest they get emptier, and then thin.
      Plot.dot(marks.filter(isShown), {
        x: 'micros',
        y: 'strategy',
        r: 4.5,
        fill: (mark: Mark) => (mark.index === 0 ? colour(mark) : 'var(--page)'),
        stroke: colour,
        strokeWidth: ({ index }: Mark) => (index === count - 1 ? 1 : 2),
        symbol: ({ index }: Mark) => SYMBOLS[index]!,
        className: 'marks',
      }),
      Plot.tip(marks.filter(isShown), Plot.pointer({ x: 'micros', y: 'strategy', title: 'tip', ...TIP })),
    ],
    symbol: { type: 'identity' },
  });
}

/** Of the median, 75 %, 90 %, 99 %, 99.9 % and the slowest. */
const SYMBOLS = ['circle', 'circle', 'circle', 'diamond', 'square', 'times'];

function marksOf({ strategy, marks }: PercentileChart['rows'][number]): Mark[] {
  const all = marks.map(({ percentile, value }) => `${percentile}: ${figure(value.median, 'µs')}`);
  return marks.map(({ percentile, value }, index) => ({
    strategy,
    percentile,
    micros: value.median,
    index,
    tip: [strategy, ...all].join('\n'),
  }));
}
