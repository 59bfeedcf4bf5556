import type { Reading } from '../reading/reading.js';
import { cautions, machineLine, methodLine, subjectLine } from '../words/machine.js';
import type { Bundle } from './bundle.js';
import { html, inline, inlineJson, type Html } from './html.js';
import { DATA_ID, type PageData } from './page-data.js';
import { strategyName } from './prose.js';
import type { Section } from './section.js';
import { allFiguresSection, skippedSection } from './sections/all-figures.js';
import { answersSection } from './sections/answers.js';
import { beyondSection } from './sections/beyond.js';
import { latencySection, memorySection, othersSection, throughputSection } from './sections/by-workload.js';
import { changesSection } from './sections/changes.js';
import { connectionsSection, workersSection } from './sections/sweeps.js';
import { colourName, coloursStyle, looksOf, patternId, type Look } from './strategy-look.js';

export interface PageParts {
  readonly reading: Reading;
  readonly bundle: Bundle;
}

/** The page may load nothing: what it needs is in it. */
const NOTHING_ELSE =
  "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'";

/** The report as one page, which needs nothing but itself. */
export function renderPage({ reading, bundle }: PageParts): string {
  const { result } = reading;
  const looks = looksOf(result.strategies);
  const sections = sectionsOf(reading);
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta http-equiv="Content-Security-Policy" content="${NOTHING_ELSE}" />
        <title>Which strategy serves best here?</title>
        <link rel="icon" href="data:," />
        <style>
          ${inline(bundle.style + coloursStyle(looks))}
        </style>
      </head>
      <body>
        ${patterns(looks)}
        <header>
          <h1>Which strategy serves best here?</h1>
          <p>${machineLine(result)}</p>
          <p>${methodLine(result)}</p>
          ${result.subject && html`<p>${subjectLine(result.subject)}</p>`}
          ${cautions(result).map((text) => html`<p class="caution">${text}</p>`)} ${navigation(sections)}
        </header>
        <main>
          ${sections.map((section, index) => html`${rendered(section)} ${index === 0 ? legend(looks) : undefined}`)}
        </main>
        <footer>${licences(bundle)}</footer>
        <script type="application/json" id="${DATA_ID}">
          ${inlineJson(dataOf(sections, looks))}
        </script>
        <script>
          ${inline(bundle.script)};
        </script>
      </body>
    </html> `;
  return page.text;
}

function sectionsOf(reading: Reading): Section[] {
  const { result, contests, connections, workers, models } = reading;
  return [
    answersSection(contests),
    changesSection(result),
    throughputSection(contests),
    latencySection(contests),
    connectionsSection(connections),
    workersSection(workers, { models: models.moreCpus, cpus: result.machine.cpus }),
    memorySection(contests),
    othersSection(contests),
    beyondSection(reading),
    skippedSection(result),
    allFiguresSection(contests, result),
  ].filter((section) => section !== undefined);
}

function rendered({ id, title, body }: Section): Html {
  return html`<section id="${id}" aria-labelledby="${id}-title">
    <h2 id="${id}-title">${title}</h2>
    ${body}
  </section>`;
}

function navigation(sections: readonly Section[]): Html {
  const links = sections.map(({ id, title }) => html`<li><a href="#${id}">${title}</a></li>`);
  return html`<nav aria-label="Parts of this page">
    <ul>
      ${links}
    </ul>
  </nav>`;
}

/** Who is who: the colours are the same in every chart. */
function legend(looks: readonly Look[]): Html {
  const list = (isOurs: boolean): Html[] =>
    looks
      .filter(({ strategy }) => strategy.isOurs === isOurs)
      .map(({ strategy }) => {
        const { name, title } = strategy;
        return html`<li>
          <svg class="swatch" width="22" height="12" aria-hidden="true">
            <rect
              x="0.5"
              y="0.5"
              width="21"
              height="11"
              rx="2"
              style="fill: ${fillOf(name, isOurs)}; stroke: var(${colourName(name)})"
            />
          </svg>
          ${strategyName(name)} <span>${title}</span>
        </li>`;
      });
  return html`<section id="strategies" aria-labelledby="strategies-title">
    <h2 id="strategies-title">The strategies</h2>
    <div class="legend">
      <div>
        <h3>Of this project</h3>
        <ul>
          ${list(true)}
        </ul>
      </div>
      <div>
        <h3>Peers that do the same work</h3>
        <ul>
          ${list(false)}
        </ul>
      </div>
    </div>
  </section>`;
}

/** A peer's bars are hatched. */
function patterns(looks: readonly Look[]): Html {
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

function dataOf(sections: readonly Section[], looks: readonly Look[]): PageData {
  return {
    charts: sections.flatMap(({ charts }) => charts),
    looks: looks.map(({ strategy: { name, isOurs }, symbol }) => ({
      strategy: name,
      isOurs,
      colour: `var(${colourName(name)})`,
      fill: fillOf(name, isOurs),
      symbol,
    })),
  };
}

function fillOf(name: string, isOurs: boolean): string {
  return isOurs ? `var(${colourName(name)})` : `url(#${patternId(name)})`;
}

function licences({ licences: all }: Bundle): Html {
  return html`<details>
    <summary>Licences of what draws the charts</summary>
    ${all.map(
      (one) =>
        html`<h3>${one.package}</h3>
          <pre>${one.text}</pre>`,
    )}
  </details>`;
}
