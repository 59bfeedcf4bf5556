import { Html, html } from './html.js';
import { colourName } from './strategy-look.js';

/** Sentences, in which names of strategies stand in backticks, as HTML. */
export function prose(sentences: readonly string[]): Html {
  return new Html(sentences.map((sentence) => spans(sentence).text).join(' '));
}

function spans(sentence: string): Html {
  const parts = sentence
    .split('`')
    .map((part, index) => (index % 2 === 0 ? html`${unbroken(part)}` : strategyName(part)));
  return html`${parts}`;
}

/** "36 %" stays on one line. */
function unbroken(text: string): string {
  return text.replaceAll(/(?<=\d) %/g, '\u00a0%');
}

export function strategyName(name: string): Html {
  return html`<b class="strategy" style="--colour: var(${colourName(name)})">${name}</b>`;
}
