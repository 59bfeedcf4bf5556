import type { Reading } from '../reading/reading.js';
import { cautions, machineLine, methodLine, subjectLine } from '../words/machine.js';
import type { Bundle } from './bundle.js';
import { html, inline, inlineJson, type Html } from './html.js';
import { DATA_ID, type PageData } from './page-data.js';
import { patterns } from './patterns.js';
import type { Section } from './section.js';
import { allFiguresSection, skippedSection } from './sections/all-figures.js';
import { answersSection } from './sections/answers.js';
import { beyondSection } from './sections/beyond.js';
import { inShortSection } from './sections/in-short.js';
import { latencySection, memorySection, othersSection, throughputSection } from './sections/by-workload.js';
import { changesSection } from './sections/changes.js';
import { strategiesSection } from './sections/strategies.js';
import { connectionsSection, workersSection } from './sections/sweeps.js';
import { colourName, coloursStyle, fillOf, looksOf, type Look } from './strategy-look.js';

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
  const sections = sectionsOf(reading, looks);
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
        <noscript
          ><p class="caution">The charts need a script; all their figures are in the tables.</p></noscript
        >
        ${patterns(looks)}
        <header>
          <h1>Which strategy serves best here?</h1>
          <p>${machineLine(result)}</p>
          <p>${methodLine(result)}</p>
          ${result.subject && html`<p>${subjectLine(result.subject)}</p>`}
          ${cautions(result).map((text) => html`<p class="caution">${text}</p>`)} ${navigation(sections)}
        </header>
        <main>${sections.map(rendered)}</main>
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

function sectionsOf(reading: Reading, looks: readonly Look[]): Section[] {
  const { result, contests, connections, workers, models } = reading;
  return [
    inShortSection(contests),
    answersSection(contests, result),
    strategiesSection(looks),
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

function dataOf(sections: readonly Section[], looks: readonly Look[]): PageData {
  return {
    charts: sections.flatMap(({ charts }) => charts),
    looks: looks.map(({ strategy, symbol }) => ({
      strategy: strategy.name,
      isOurs: strategy.isOurs,
      colour: `var(${colourName(strategy.name)})`,
      fill: fillOf(strategy),
      symbol,
    })),
  };
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
