import { alongConnections } from '../../charts/along-sweep.js';
import { speedUpOf } from '../../charts/speed-up.js';
import type { MoreCpus } from '../../model/more-cpus.js';
import type { Sweep } from '../../reading/sweep.js';
import { connectionsAnswer, workersAnswer } from '../../words/sweep-answer.js';
import { chartGrid } from '../figures-of-charts.js';
import { html, type Html } from '../html.js';
import { prose } from '../prose.js';
import type { MaybeSection } from '../section.js';

export function connectionsSection(sweep: Sweep | undefined): MaybeSection {
  if (sweep === undefined) return undefined;
  const charts = alongConnections(sweep);
  const body = html`${list(connectionsAnswer(sweep))} ${chartGrid(charts)}`;
  return { id: 'connections', title: 'More connections', body, charts };
}

export function workersSection(
  sweep: Sweep | undefined,
  { models, cpus }: { models: readonly MoreCpus[]; cpus: number },
): MaybeSection {
  if (sweep === undefined) return undefined;
  const charts = [speedUpOf(sweep, models)];
  const extrapolated =
    models.length === 0
      ? undefined
      : html`<p class="note">
          Dashed and thin, without marks: the model, extrapolated beyond the ${cpus} CPUs of this machine.
          Dotted: every worker adds as much as the first.
        </p>`;
  const body = html`${list(workersAnswer(sweep, cpus))} ${extrapolated} ${chartGrid(charts)}`;
  return { id: 'workers', title: 'More workers', body, charts };
}

function list(sentences: readonly string[]): Html {
  return html`<ul>
    ${sentences.map((sentence) => html`<li>${prose([sentence])}</li>`)}
  </ul>`;
}
