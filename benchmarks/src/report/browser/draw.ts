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
  // They are part of one image: names of their own are allowed to no group of it.
  for (const part of element.querySelectorAll('[aria-label]')) renameLabel(part);
  element.setAttribute('aria-label', `${chart.title}. ${chart.description}`);
  return element;
}

function renameLabel(part: Element): void {
  part.setAttribute('data-mark', part.getAttribute('aria-label') ?? '');
  part.removeAttribute('aria-label');
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
