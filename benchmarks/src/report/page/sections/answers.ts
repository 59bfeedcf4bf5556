import type { Contest } from '../../reading/contest.js';
import type { Workload } from '../../../workloads/index.js';
import type { Result } from '../../result-file.js';
import { answerOf, type Answer } from '../../words/answer.js';
import { noiseWords } from '../../words/noise.js';
import { html, type Html } from '../html.js';
import { prose } from '../prose.js';
import type { MaybeSection } from '../section.js';

const BADGES: Readonly<Record<Answer['verdict'], string>> = {
  clear: 'beyond the noise',
  level: 'too close to call',
  unknown: 'too few rounds',
  only: 'no contest',
};

/** What each workload says, in words. Sweeps have their own sections. */
export function answersSection(contests: readonly Contest[], result: Result): MaybeSection {
  const answers = contests.filter(({ workload }) => workload.sweep === undefined).map(answerOf);
  if (contests.length > 0 && answers.length === 0) return undefined;
  const body =
    contests.length === 0
      ? html`<p>Nothing was measured.</p>`
      : html`<div class="answers">${answers.map(row)}</div>
          <p class="note">${prose([noiseWords(result)])}</p>`;
  return { id: 'answers', title: 'Workload by workload', body, charts: [] };
}

/** Where others on the page lead to. */
export function answerId({ name }: Workload): string {
  return `answer-${name}`;
}

function row({ workload, verdict, sentences }: Answer): Html {
  const [first = '', ...more] = sentences;
  return html`<article class="answer" id="${answerId(workload)}">
    <h3>${workload.title}</h3>
    <div>
      <p class="lead">${prose([first])} <span class="badge ${verdict}">${BADGES[verdict]}</span></p>
      ${more.length === 0 ? undefined : html`<p class="more">${prose(more)}</p>`}
    </div>
  </article>`;
}
