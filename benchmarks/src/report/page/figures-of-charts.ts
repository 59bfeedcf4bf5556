import type { Chart } from '../charts/chart.js';
import { chartTable } from './chart-table.js';
import { html, type Html } from './html.js';

/** A chart, the room for the script to draw it in, and its table. */
export function chartFigure(chart: Chart): Html {
  const { id, title } = chart;
  return html`<figure>
    <figcaption><h3>${title}</h3></figcaption>
    <div class="chart" id="${id}"></div>
    <details>
      <summary>Figures<span class="unseen"> of ${title}</span></summary>
      ${chartTable(chart)}
    </details>
  </figure>`;
}

/** Charts side by side, where there is room. */
export function chartGrid(charts: readonly Chart[]): Html {
  return html`<div class="grid">${charts.map(chartFigure)}</div>`;
}
