import type { Spread } from '../measure/statistics.js';

/** What a figure counts. */
export type Unit = 'per second' | 'bytes' | 'µs' | 'ms' | 'clients' | 'times' | 'CPUs' | 'count';

/** A figure as people read it, with its unit: 12,346 per second, 1.25 ms, 3.2 kB. */
export function figure(value: number, unit: Unit): string {
  if (!Number.isFinite(value)) return 'not measured';
  switch (unit) {
    case 'per second':
      return `${plainNumber(value)} per second`;
    case 'bytes':
      return scaled(value, BYTES);
    case 'µs':
      return scaled(value, MICROS);
    case 'ms':
      return scaled(value * 1_000, MICROS);
    case 'clients':
      return `${plainNumber(value)} ${value === 1 ? 'client' : 'clients'}`;
    case 'times':
      return `${value.toFixed(2)} times`;
    case 'CPUs':
      return `${value.toFixed(2)} CPUs`;
    case 'count':
      return plainNumber(value);
  }
}

/** Several of one kind: 1,420, 1,187 and 824 per second; 330 ms and 1.2 s. */
export function figures(values: readonly number[], unit: Unit): string {
  if (unit !== 'per second') return listOf(values.map((value) => figure(value, unit)));
  return `${listOf(values.map(plainNumber))} per second`;
}

/** A median and its quartiles; the unit stands in the heading, if it is long: 1,420 (1,380–1,455). */
export function spreadFigure({ median, low, high }: Spread, unit: Unit): string {
  const short = unit === 'per second' || unit === 'clients' || unit === 'CPUs' ? plainNumber : figureIn(unit);
  return `${short(median)} (${short(low)}–${short(high)})`;
}

function figureIn(unit: Unit): (value: number) => string {
  return unit === 'times' ? (value) => value.toFixed(2) : (value) => figure(value, unit);
}

/** "a", "a and b", "a, b and c". */
export function listOf(items: readonly string[], last: 'and' | 'or' = 'and'): string {
  return items.length < 2 ? items.join() : `${items.slice(0, -1).join(', ')} ${last} ${items.at(-1)}`;
}

/** Whole from 100 on, else with three digits that count. */
export function plainNumber(value: number): string {
  const digits = Math.abs(value) >= 100 ? { maximumFractionDigits: 0 } : { maximumSignificantDigits: 3 };
  return value.toLocaleString('en', digits);
}

type Scale = readonly (readonly [from: number, name: string])[];

const BYTES: Scale = [
  [1e9, 'GB'],
  [1e6, 'MB'],
  [1e3, 'kB'],
  [0, 'bytes'],
];
const MICROS: Scale = [
  [1e6, 's'],
  [1e3, 'ms'],
  [0, 'µs'],
];

/** Three digits that count, in the largest unit of which there is at least one. */
function scaled(value: number, scale: Scale): string {
  const [from, name] = scale.find(([least]) => Math.abs(value) >= least) ?? scale.at(-1)!;
  return `${plainNumber(from === 0 ? value : value / from)} ${name}`;
}
