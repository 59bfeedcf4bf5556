import type { Chart } from '../charts/chart.js';
import { drawBars } from './bars.js';
import { drawLines } from './lines.js';
import { drawPercentiles } from './percentiles.js';
import type { Canvas } from './canvas.js';

export type ChartElement = SVGSVGElement;

export function drawChart(chart: Chart, canvas: Canvas): ChartElement {
  const element = draw(chart, canvas);
  if (!(element instanceof SVGSVGElement)) {
    throw new Error(`Expected the chart '${chart.id}' to be one <svg>, got <${element.tagName}>`);
  }
  element.setAttribute('role', 'img');
  element.setAttribute('aria-label', `${chart.title}. ${chart.description}`);
  return element;
}

function draw(chart: Chart, canvas: Canvas): Element {
  switch (chart.kind) {
    case 'bars':
      return drawBars(chart, canvas);
    case 'percentiles':
      return drawPercentiles(chart, canvas);
    case 'lines':
      return drawLines(chart, canvas);
  }
}
