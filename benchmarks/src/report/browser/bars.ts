import * as Plot from '@observablehq/plot';
import type { BarChart } from '../charts/chart.js';
import { figure } from '../figures.js';
import { GRID, labelWidth, ROW_HEIGHT, STYLE, TIP, type Canvas } from './canvas.js';
import { axisFigure, domainOf, ticksFor } from './scale.js';

type Bar = BarChart['bars'][number];

/** A bar for each strategy, and over its end the quartiles of the rounds. */
export function drawBars(chart: BarChart, { width, book }: Canvas): Element {
  const { bars, unit, axis, better } = chart;
  const names = bars.map(({ strategy }) => strategy);
  const domain = domainOf(
    bars.flatMap(({ value }) => [value.median, value.low, value.high]),
    false,
  );
  const ticks = ticksFor(domain, { isLog: false, length: width });
  return Plot.plot({
    width,
    height: names.length * ROW_HEIGHT + 62,
    marginLeft: labelWidth(names),
    marginRight: 76,
    marginBottom: 40,
    marginTop: 6,
    style: STYLE,
    x: {
      domain,
    },
    y: { domain: names, label: null, padding: 0.28 },
    marks: [
      Plot.gridX({ ...GRID, ticks }),
      Plot.axisX({
        ticks,
        text: axisFigure(unit),
        label: `${axis} (${better} is better)`,
        labelAnchor: 'left',
        labelArrow: better === 'more' ? 'right' : 'left',
      }),
      Plot.axisY({ tickSize: 0, fill: 'currentColor' }),
      Plot.barX(bars, {
        x: middle,
        y: 'strategy',
        rx: 2,
        fill: ({ strategy }: Bar) => book.fill(strategy),
        stroke: ({ strategy }: Bar) => book.colour(strategy),
        strokeWidth: 1,
      }),
      Plot.ruleY(bars, {
        x1: ({ value }: Bar) => value.low,
        x2: ({ value }: Bar) => value.high,
        y: 'strategy',
        stroke: 'currentColor',
        strokeWidth: 1.5,
        className: 'quartiles',
      }),
      Plot.text(bars, {
        x: ({ value }: Bar) => Math.max(value.median, value.high),
        y: 'strategy',
        text: ({ value }: Bar) => axisFigure(unit)(value.median),
        textAnchor: 'start',
        dx: 7,
        fill: 'currentColor',
      }),
      Plot.ruleX([0]),
      Plot.tip(
        bars,
        Plot.pointerY({
          x: middle,
          y: 'strategy',
          title: ({ strategy, value, errors }: Bar) =>
            [
              strategy,
              figure(value.median, unit),
              `half of the rounds: ${figure(value.low, unit)} to ${figure(value.high, unit)}`,
              ...(errors > 0 ? [`errors: ${figure(errors, 'count')}`] : []),
            ].join('\n'),
          ...TIP,
        }),
      ),
    ],
  });
}

function middle({ value }: Bar): number {
  return value.median;
}
