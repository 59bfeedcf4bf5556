import type { StrategyFacts } from '../result-file.js';

/** How a strategy looks in every chart and text of the page. */
export interface Look {
  readonly strategy: StrategyFacts;
  /** The colour on a light and on a dark page. */
  readonly colour: readonly [light: string, dark: string];
  /** Of its points, among those that Observable Plot has: colours alone do not tell everyone apart. */
  readonly symbol: string;
}

type Table = Readonly<Record<string, Omit<Look, 'strategy'>>>;

/** Full colours for the strategies of this project, from Okabe and Ito's palette, darker where the page is light. */
const OURS: Table = {
  sync: { colour: ['#8a6d00', '#e8c547'], symbol: 'star' },
  async: { colour: ['#0067a8', '#5db8f5'], symbol: 'circle' },
  'async-files': { colour: ['#7b3fa0', '#c79be8'], symbol: 'triangle' },
  threading: { colour: ['#00805c', '#3ed6a6'], symbol: 'diamond' },
  forking: { colour: ['#c24b00', '#ff9350'], symbol: 'square' },
};
/** Muted ones for the peers, whose symbols are empty. */
const PEERS: Table = {
  raw: { colour: ['#5b6470', '#aab4c0'], symbol: 'circle' },
  'raw-threads': { colour: ['#3f827e', '#8fcbc7'], symbol: 'diamond' },
  cluster: { colour: ['#8c6450', '#d0ab97'], symbol: 'square' },
  'python-threading': { colour: ['#6173ad', '#a9b8e6'], symbol: 'triangle' },
  'python-forking': { colour: ['#a5607e', '#e3aac3'], symbol: 'star' },
};
/** For strategies that this table does not know yet. */
const SPARE: readonly Omit<Look, 'strategy'>[] = [
  { colour: ['#a8326e', '#f08fc0'], symbol: 'hexagon' },
  { colour: ['#4b7f16', '#a5d86e'], symbol: 'wye' },
  { colour: ['#5a5ad6', '#a8a8ff'], symbol: 'cross' },
];

export function looksOf(strategies: readonly StrategyFacts[]): Look[] {
  const known = { ...OURS, ...PEERS };
  const unknown = strategies.filter(({ name }) => known[name] === undefined);
  return strategies.map((strategy) => {
    const look = known[strategy.name] ?? SPARE[unknown.indexOf(strategy) % SPARE.length]!;
    return { strategy, ...look };
  });
}

/** The custom property of CSS that holds a strategy's colour; and the id of the pattern that fills a peer's bars. */
export function colourName(strategy: string): string {
  return `--colour-${identifier(strategy)}`;
}

export function patternId(strategy: string): string {
  return `pattern-${identifier(strategy)}`;
}

/** What fills a bar. */
export function fillOf({ name, isOurs }: StrategyFacts): string {
  return isOurs ? `var(${colourName(name)})` : `url(#${patternId(name)})`;
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
