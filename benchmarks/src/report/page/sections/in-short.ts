import type { Contest } from '../../reading/contest.js';
import { IN_SHORT_HEAD, inShort, type ShortAnswer } from '../../words/in-short.js';
import { html, type Html } from '../html.js';
import { prose } from '../prose.js';
import type { MaybeSection } from '../section.js';
import { answerId } from './answers.js';

/**
 * A line for each decision, which leads to the answer that it comes from. Its roles are said, for where there is little
 * room it is not laid out as a table.
 */
export function inShortSection(contests: readonly Contest[]): MaybeSection {
  const told = inShort(contests);
  if (told.length === 0) return undefined;
  const body = html`<table class="in-short" role="table">
    <thead role="rowgroup">
      <tr role="row">
        ${IN_SHORT_HEAD.map((text) => html`<th scope="col" role="columnheader">${text}</th>`)}
      </tr>
    </thead>
    <tbody role="rowgroup">
      ${told.map(row)}
    </tbody>
  </table>`;
  return { id: 'short', title: 'In short', body, charts: [] };
}

function row({ title, workload, best, lead, peers }: ShortAnswer): Html {
  return html`<tr role="row">
    <th scope="row" role="rowheader">
      <a href="#${answerId(workload)}">${title}</a>
    </th>
    <td role="cell"><span class="best">${prose([best])}</span> <span class="by">${prose([lead])}</span></td>
    <td role="cell">${prose([peers])}</td>
  </tr>`;
}
