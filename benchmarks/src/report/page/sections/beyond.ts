import type { Reading } from '../../reading/reading.js';
import {
  breakEvenWords,
  connectionsWords,
  scalingSentences,
  WHAT_MODELS_LACK,
} from '../../words/extrapolation.js';
import { costOfWorkTable, memoryTable, moreCpusTable, type TextTable } from '../../words/tables.js';
import { table } from '../chart-table.js';
import { html, type Html } from '../html.js';
import { prose } from '../prose.js';
import type { MaybeSection } from '../section.js';

/** What nobody has measured: marked as that, and left out where there is too little to fit a model to. */
export function beyondSection(reading: Reading): MaybeSection {
  const { work, breakEvens, connections } = reading.models;
  const parts = [
    part('More CPUs', scalingSentences(reading.models), moreCpusTable(reading)),
    part(
      'More CPU time for each request',
      breakEvens.map((one) => breakEvenWords(one, work)),
      costOfWorkTable(reading.models),
    ),
    part('More open connections', connections.map(connectionsWords), memoryTable(reading.models)),
  ].filter((one) => one !== undefined);
  if (parts.length === 0) return undefined;
  const body = html`<p class="note"><strong>Extrapolated, not measured.</strong> ${WHAT_MODELS_LACK}</p>
    ${parts}`;
  return { id: 'beyond', title: 'Beyond what was measured', body, charts: [] };
}

function part(title: string, sentences: readonly string[], figures: TextTable | undefined): Html | undefined {
  if (sentences.length === 0 && figures === undefined) return undefined;
  const items = sentences.map((sentence) => html`<li>${prose([sentence])}</li>`);
  return html`<h3>${title}</h3>
    ${
      items.length === 0
        ? undefined
        : html`<ul>
            ${items}
          </ul>`
    }
    ${figures && textTable(figures)}`;
}

export function textTable({ caption, head, rows }: TextTable): Html {
  return table({ caption, head, rows: rows.map((row) => row.map((cell) => prose([cell]))) });
}
