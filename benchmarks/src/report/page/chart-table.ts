import type { Spread } from '../../measure/statistics.js';
import type { BarChart, Chart, LineChart, PercentileChart } from '../charts/chart.js';
import { figure, type Unit } from '../figures.js';
import { html, type Html } from './html.js';
import { strategyName } from './prose.js';

/** Everything that a chart shows, as a table. */
export function chartTable(chart: Chart): Html {
  switch (chart.kind) {
    case 'bars':
      return barTable(chart);
    case 'percentiles':
      return percentileTable(chart);
    case 'lines':
      return lineTable(chart);
  }
}

/** A figure that programs can read too, exactly as it is in the result. */
export function exact(value: number, unit: Unit): Html {
  return html`<data value="${value}">${figure(value, unit)}</data>`;
}

interface TableParts {
  readonly caption: string;
  readonly head: readonly string[];
  /** The first cell of a row is its heading. */
  readonly rows: readonly (readonly (Html | string)[])[];
}

export function table({ caption, head, rows }: TableParts): Html {
  const headings = head.map((one) => html`<th scope="col">${one}</th>`);
  const lines = rows.map(([first, ...cells]) => {
    const data = cells.map((cell) => html`<td>${cell}</td>`);
    return html`<tr>
      <th scope="row">${first}</th>
      ${data}
    </tr>`;
  });
  return html`<div class="scroll" tabindex="0" role="group" aria-label="${caption}">
    <table>
      <caption>
        ${caption}
      </caption>
      <thead>
        <tr>
          ${headings}
        </tr>
      </thead>
      <tbody>
        ${lines}
      </tbody>
    </table>
  </div>`;
}

function barTable({ title, axis, unit, bars }: BarChart): Html {
  return table({
    caption: `${title}: ${axis}`,
    head: ['strategy', 'median', 'lower quartile', 'upper quartile', 'errors'],
    rows: bars.map(({ strategy, value, errors }) => [
      strategyName(strategy),
      ...spreadCells(value, unit),
      exact(errors, 'count'),
    ]),
  });
}

function percentileTable({ title, rows }: PercentileChart): Html {
  const head = rows[0]?.marks.map(({ percentile }) => percentile) ?? [];
  return table({
    caption: `${title}: time from request to answer, the median of the rounds`,
    head: ['strategy', ...head],
    rows: rows.map(({ strategy, marks }) => [
      strategyName(strategy),
      ...marks.map(({ value }) => exact(value.median, 'µs')),
    ]),
  });
}

function lineTable({ title, x, y, lines }: LineChart): Html {
  return table({
    caption: `${title}: ${y.label}`,
    head: ['strategy', x.label, 'median', 'lower quartile', 'upper quartile'],
    rows: lines.flatMap(({ strategy, points }) =>
      points.map((point) => [
        strategyName(strategy),
        exact(point.x, 'count'),
        ...spreadCells(point.y, y.unit),
      ]),
    ),
  });
}

function spreadCells({ median, low, high }: Spread, unit: Unit): Html[] {
  return [exact(median, unit), exact(low, unit), exact(high, unit)];
}
