import { html, type Html } from '../html.js';
import { strategyName } from '../prose.js';
import type { MaybeSection } from '../section.js';
import { colourName, fillOf, type Look } from '../strategy-look.js';

/** Who is who: the colours are the same in every chart. */
export function strategiesSection(looks: readonly Look[]): MaybeSection {
  if (looks.length === 0) return undefined;
  const body = html`<div class="legend">
    ${group('Of this project', looks.filter(isOurs))}
    ${group(
      'Peers that do the same work',
      looks.filter((look) => !isOurs(look)),
    )}
  </div>`;
  return { id: 'strategies', title: 'The strategies', body, charts: [] };
}

function isOurs({ strategy }: Look): boolean {
  return strategy.isOurs;
}

function group(title: string, looks: readonly Look[]): Html | undefined {
  if (looks.length === 0) return undefined;
  return html`<div>
    <h3>${title}</h3>
    <ul>
      ${looks.map(item)}
    </ul>
  </div>`;
}

function item({ strategy }: Look): Html {
  const { name, title } = strategy;
  const style = `fill: ${fillOf(strategy)}; stroke: var(${colourName(name)})`;
  return html`<li>
    <svg class="swatch" width="22" height="12" aria-hidden="true">
      <rect x="0.5" y="0.5" width="21" height="11" rx="2" style="${style}" />
    </svg>
    ${strategyName(name)} <span>${title}</span>
  </li>`;
}
