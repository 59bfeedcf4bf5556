import { DATA_ID, type PageData } from '../page/page-data.js';
import { drawChart } from './draw.js';
import { LookBook } from './look-book.js';
import { readByKeyboard } from './keyboard.js';

/** Draws every chart into its figure, and again whenever the room for it changes. */
function drawAll(): void {
  const { charts, looks } = JSON.parse(document.getElementById(DATA_ID)?.textContent ?? '') as PageData;
  const book = new LookBook(looks);
  const byId = new Map(charts.map((chart) => [chart.id, chart]));
  const widths = new Map<Element, number>();
  const draw = (target: Element): void => {
    const chart = byId.get(target.id);
    const width = Math.floor(target.clientWidth);
    // A chart that is not shown has no width; one of the same width is right already.
    if (chart === undefined || width === 0 || widths.get(target) === width) return;
    widths.set(target, width);
    const svg = drawChart(chart, { width, book });
    target.replaceChildren(svg, readByKeyboard(svg, chart));
  };
  const observer = new ResizeObserver((entries) => entries.forEach(({ target }) => draw(target)));
  for (const target of document.querySelectorAll('.chart')) {
    draw(target);
    observer.observe(target);
  }
}

drawAll();
