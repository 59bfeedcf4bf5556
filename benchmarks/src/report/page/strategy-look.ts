import type { StrategyFacts } from '../result-file.js';

/** How a strategy looks in every chart and text of the page. */
export interface Look {
  readonly strategy: StrategyFacts;
  /** The colour on a light and on a dark page. */
  readonly colour: readonly [light: string, dark: string];
  /** Of its points, among those that Observable Plot has: colours alone do not tell everyone apart. */
  readonly symbol: string;
}

/** Full colours for the strategies of this project, from Okabe and Ito's palette, darker where the page is light. */
const OURS: Readonly<Record<string, Look['colour']>> = {
  sync: ['#8a6d00', '#e8c547'],
  async: ['#0067a8', '#5db8f5'],
  'async-files': ['#7b3fa0', '#c79be8'],
  threading: ['#00805c', '#3ed6a6'],
  forking: ['#c24b00', '#ff9350'],
};
/** Muted ones for the peers. */
const PEERS: Readonly<Record<string, Look['colour']>> = {
  raw: ['#5b6470', '#aab4c0'],
  'raw-threads': ['#4f8f8b', '#8fcbc7'],
  cluster: ['#96705c', '#d0ab97'],
  'python-threading': ['#6c7fb5', '#a9b8e6'],
  'python-forking': ['#b0708c', '#e3aac3'],
};
/** For strategies that this table does not know yet. */
const SPARE: readonly Look['colour'][] = [
  ['#a8326e', '#f08fc0'],
  ['#4b7f16', '#a5d86e'],
  ['#5a5ad6', '#a8a8ff'],
];
const SYMBOLS = ['circle', 'square', 'triangle', 'diamond', 'star', 'wye', 'cross', 'hexagon', 'plus', 'times'];

export function looksOf(strategies: readonly StrategyFacts[]): Look[] {
  const known: Readonly<Record<string, Look['colour']>> = { ...OURS, ...PEERS };
  const unknown = strategies.filter(({ name }) => known[name] === undefined);
  return strategies.map((strategy, index) => ({
    strategy,
    colour: known[strategy.name] ?? SPARE[unknown.indexOf(strategy) % SPARE.length]!,
    symbol: SYMBOLS[index % SYMBOLS.length]!,
  }));
}

/** The custom property of CSS that holds a strategy's colour; and the id of the pattern that fills a peer's bars. */
export function colourName(strategy: string): string {
  return `--colour-${identifier(strategy)}`;
}

export function patternId(strategy: string): string {
  return `pattern-${identifier(strategy)}`;
}

function identifier(name: string): string {
  return name.replaceAll(/[^\w-]/g, '_');
}

/** The colours as custom properties of CSS; on paper they are those of a light page. */
export function coloursStyle(looks: readonly Look[]): string {
  const rule = (tone: 0 | 1): string =>
    `:root{${looks.map(({ strategy, colour }) => `${colourName(strategy.name)}:${colour[tone]}`).join(';')}}`;
  return `${rule(0)}@media screen and (prefers-color-scheme:dark){${rule(1)}}`;
}
