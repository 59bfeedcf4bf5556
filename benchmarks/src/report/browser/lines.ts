import * as Plot from '@observablehq/plot';
import type { LineChart } from '../charts/chart.js';
import { figure } from '../figures.js';
import { GRID, labelWidth, STYLE, TIP, type Canvas } from './canvas.js';
import { axisFigure, domainOf, ticksFor } from './scale.js';
import { spreadOut } from './spread-out.js';

type Line = LineChart['lines'][number];
type Point = Line['points'][number];

/** A line for each strategy, that of a peer dashed; models and what is ideal are thinner. */
export function drawLines(chart: LineChart, canvas: Canvas): Element {
  const bare = plotLines(chart, canvas, []);
  return plotLines(chart, canvas, namesAtEnds(chart, canvas, bare.scale('y')));
}

function plotLines(
  chart: LineChart,
  { width, book }: Canvas,
  names: readonly Plot.Markish[],
): ReturnType<typeof Plot.plot> {
  const { x, y, lines, ideal } = chart;
  const places = placesOf(chart);
  const values = lines.flatMap(({ points }) => points.flatMap((point) => [point.y.low, point.y.high]));
  const isSpeedUp = y.unit === 'times';
  const domain = isSpeedUp ? undefined : domainOf(values, y.isLog);
  const ticks = domain === undefined ? places : ticksFor(domain, { isLog: y.isLog, length: 600 });
  return Plot.plot({
    width,
    height: Math.max(300, Math.min(400, width * 0.55)),
    marginLeft: 62,
    marginRight: labelWidth(lines.map(({ strategy }) => strategy)),
    marginBottom: 44,
    marginTop: 30,
    style: STYLE,
    x: {
      type: x.isLog ? 'log' : 'linear',
      inset: 8,
    },
    y: {
      type: y.isLog ? 'log' : 'linear',
      ...(domain && { domain }),
    },
    symbol: { type: 'identity' },
    marks: [
      Plot.gridY({ ...GRID, ticks }),
      Plot.axisY({ ticks, text: axisFigure(y.unit), label: y.label, labelArrow: 'none' }),
      Plot.axisX({
        ticks: places,
        text: (value: number) => figure(value, 'count'),
        label: x.label,
        labelAnchor: 'center',
        labelArrow: 'none',
      }),
      ideal && Plot.line(ideal, { x: 'x', y: 'y', strokeOpacity: 0.4, strokeDasharray: '1,4' }),
      ...lines.flatMap((line) =>
        marksOf(line, {
          isOurs: book.isOurs(line.strategy),
          colour: book.colour(line.strategy),
          symbol: book.symbol(line.strategy),
        }),
      ),
      ...names,
      Plot.tip(
        lines.flatMap(({ strategy, points }) => points.map((point) => ({ strategy, point }))),
        Plot.pointer({
          x: ({ point }: { point: Point }) => point.x,
          y: ({ point }: { point: Point }) => point.y.median,
          title: ({ strategy, point }: { strategy: string; point: Point }) =>
            [
              `${strategy}, ${figure(point.x, 'count')} ${x.label}`,
              figure(point.y.median, y.unit),
              `half of the rounds: ${figure(point.y.low, y.unit)} to ${figure(point.y.high, y.unit)}`,
            ].join('\n'),
          ...TIP,
        }),
      ),
    ],
  });
}

function marksOf(
  { points, model }: Line,
  { isOurs, colour, symbol }: { isOurs: boolean; colour: string; symbol: string },
): Plot.Markish[] {
  const place = { x: 'x', y: ({ y }: Point) => y.median };
  return [
    Plot.line(model, { x: 'x', y: 'y', stroke: colour, strokeWidth: 1.25, strokeDasharray: '2,3' }),
    Plot.line(points, {
      ...place,
      stroke: colour,
      strokeWidth: 2.25,
      ...(!isOurs && { strokeDasharray: '7,4' }),
    }),
    Plot.ruleX(points, {
      x: 'x',
      y1: ({ y }: Point) => y.low,
      y2: ({ y }: Point) => y.high,
      stroke: colour,
      strokeWidth: 1.5,
      className: 'quartiles',
    }),
    Plot.dot(points, {
      ...place,
      r: 4.5,
      fill: isOurs ? colour : 'var(--page)',
      stroke: colour,
      strokeWidth: 1.5,
      symbol: () => symbol,
      className: 'marks',
    }),
  ];
}

/** The name of each line at its end, moved where two would overlap. */
function namesAtEnds({ lines }: LineChart, { book }: Canvas, scale: Plot.Scale | undefined): Plot.Markish[] {
  const LINE_HEIGHT = 15;
  const ends = lines.flatMap((line) => {
    const [point, beyond] = [line.points.at(-1), line.model.at(-1)];
    if (point === undefined) return [];
    const end = beyond ?? { x: point.x, y: point.y.median };
    return [{ strategy: line.strategy, ...end, pixels: Number(scale?.apply(end.y)) }];
  });
  const moved = spreadOut(
    ends.map(({ pixels }) => pixels),
    LINE_HEIGHT,
  );
  return ends.map((end, index) =>
    Plot.text([end], {
      x: 'x',
      y: 'y',
      text: 'strategy',
      textAnchor: 'start',
      dx: 10,
      dy: moved[index]! - end.pixels,
      fill: book.colour(end.strategy),
      fontWeight: 600,
    }),
  );
}

/** What was measured, and where the models go on. */
function placesOf({ lines }: LineChart): number[] {
  const measured = lines.flatMap(({ points }) => points.map(({ x }) => x));
  const from = Math.max(...measured);
  const last = Math.max(from, ...lines.flatMap(({ model }) => model.map(({ x }) => x)));
  const places = new Set(measured);
  for (let at = from * 2; at <= last * 1.01; at *= 2) places.add(at);
  return [...places].toSorted((a, b) => a - b);
}
