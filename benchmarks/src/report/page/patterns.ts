import { html, type Html } from './html.js';
import { colourName, patternId, type Look } from './strategy-look.js';

/** A peer's bars are hatched, with these. */
export function patterns(looks: readonly Look[]): Html {
  const peers = looks.filter(({ strategy }) => !strategy.isOurs);
  return html`<svg width="0" height="0" class="patterns" aria-hidden="true">
    <defs>
      ${peers.map(({ strategy: { name } }) => {
        const colour = `var(${colourName(name)})`;
        return html`<pattern
          id="${patternId(name)}"
          width="6"
          height="6"
          patternUnits="userSpaceOnUse"
          patternTransform="rotate(45)"
        >
          <rect width="6" height="6" style="fill: ${colour}; fill-opacity: 0.22" />
          <rect width="2.5" height="6" style="fill: ${colour}" />
        </pattern>`;
      })}
    </defs>
  </svg>`;
}
