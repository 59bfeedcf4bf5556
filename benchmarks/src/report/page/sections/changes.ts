import type { Comparison } from '../../compare/compare.js';
import { comparisonTable, comparisonWords } from '../../compare/words.js';
import { html } from '../html.js';
import { prose } from '../prose.js';
import type { MaybeSection } from '../section.js';
import { textTable } from './beyond.js';

/** What got faster or slower since an earlier result. */
export function changesSection(comparison: Comparison): MaybeSection {
  const figures = comparisonTable(comparison);
  const body = html`<p>${prose(comparisonWords(comparison))}</p>
    ${figures && html`<details><summary>All that both results have</summary>${textTable(figures)}</details>`}`;
  return { id: 'changes', title: 'Since the earlier result', body, charts: [] };
}
