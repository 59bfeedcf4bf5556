import { byStrategy } from '../../charts/by-strategy.js';
import { memoryOf } from '../../charts/memory.js';
import { percentilesOf } from '../../charts/percentiles.js';
import type { Chart } from '../../charts/chart.js';
import type { Contest } from '../../reading/contest.js';
import { chartGrid } from '../figures-of-charts.js';
import { html, type Html } from '../html.js';
import type { MaybeSection } from '../section.js';

export function throughputSection(contests: readonly Contest[]): MaybeSection {
  const charts = single(contests, ({ workload }) => workload.metric === 'per second').map(byStrategy);
  const note = html`<p class="note">
    Bars of peers are hatched. The thin line at the end of a bar spans the middle half of the rounds: where
    two of them overlap, the strategies may well be equal.
  </p>`;
  return section({ id: 'throughput', title: 'Throughput by strategy', note, charts });
}

/** What takes a time to begin, and who is left when processes die. */
export function othersSection(contests: readonly Contest[]): MaybeSection {
  const charts = single(contests, ({ workload }) =>
    ['ms to listen', 'clients hung'].includes(workload.metric),
  ).map(byStrategy);
  return section({ id: 'others', title: 'Starting, and losing workers', charts });
}

export function latencySection(contests: readonly Contest[]): MaybeSection {
  const isFixed = ({ workload }: Contest): boolean => workload.load.rate !== undefined;
  const drawn = (some: readonly Contest[]): Chart[] => some.flatMap((one) => percentilesOf(one) ?? []);
  const fixed = drawn(single(contests, isFixed));
  const full = drawn(single(contests, (one) => !isFixed(one)));
  if (fixed.length + full.length === 0) return undefined;
  const body = html`<p class="note">
      From left to right: ● the median, ◇ what 99 of 100 answers do not exceed, □ 999 of 1,000, × the slowest.
      The scale is logarithmic.
    </p>
    ${chartGrid(fixed)} ${behind(fixed.length === 0, full)}`;
  return { id: 'latency', title: 'Latency', body, charts: [...fixed, ...full] };
}

/** Under full load a client waits for all others: it is the throughput once more, and need not be seen at once. */
function behind(isOpen: boolean, charts: readonly Chart[]): Html | undefined {
  if (charts.length === 0) return undefined;
  return html`<details ${isOpen ? 'open' : undefined} class="behind">
    <summary>Latency under full load, where each client asks again as soon as it is answered</summary>
    ${chartGrid(charts)}
  </details>`;
}

export function memorySection(contests: readonly Contest[]): MaybeSection {
  const idle = single(contests, ({ workload }) => workload.metric === 'bytes per connection').map(byStrategy);
  const loaded = single(contests, ({ workload }) => workload.kind === 'load');
  const whole = loaded.find(({ workload }) => workload.name === 'messages') ?? loaded[0];
  const chart = whole && memoryOf(whole);
  const charts = [...idle, ...(chart ? [{ ...chart, title: `the whole server, with ${chart.title}` }] : [])];
  return section({ id: 'memory', title: 'Memory', charts });
}

function single(contests: readonly Contest[], isWanted: (contest: Contest) => boolean): Contest[] {
  return contests.filter((contest) => contest.workload.sweep === undefined && isWanted(contest));
}

function section({
  id,
  title,
  note,
  charts,
}: {
  id: string;
  title: string;
  note?: Html;
  charts: readonly Chart[];
}): MaybeSection {
  return charts.length === 0 ? undefined : { id, title, body: html`${note} ${chartGrid(charts)}`, charts };
}
