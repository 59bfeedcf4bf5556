import { figure, type Unit } from '../figures.js';

/** From 0 up; on a logarithmic scale whole powers of ten, for nothing lies at 0 there. */
export function domainOf(values: readonly number[], isLog: boolean): [number, number] {
  const most = Math.max(...values, 0);
  if (!isLog) return [0, most === 0 ? 1 : most];
  const positive = values.filter((value) => value > 0);
  const [least, last] = [Math.min(...positive), Math.max(...positive)];
  return [10 ** Math.floor(Math.log10(least)), 10 ** Math.ceil(Math.log10(last * 1.001))];
}

/** As many ticks as there is room for; on a logarithmic scale the powers of ten. */
export function ticksFor(
  [low, high]: readonly [number, number],
  { isLog, width }: { isLog: boolean; width: number },
): number | number[] {
  if (!isLog) return Math.max(2, Math.min(6, Math.floor(width / 110)));
  const first = Math.round(Math.log10(low));
  const count = Math.round(Math.log10(high)) - first + 1;
  return Array.from({ length: count }, (_, index) => 10 ** (first + index));
}

/** A figure without the words of its unit, where the axis says them. */
export function axisFigure(unit: Unit): (value: number) => string {
  switch (unit) {
    case 'per second':
    case 'clients':
    case 'count':
    case 'CPUs':
      return (value) => figure(value, 'count');
    case 'times':
      return (value) => `${Number(value.toPrecision(3))}×`;
    case 'bytes':
    case 'ms':
    case 'µs':
      return (value) => figure(value, unit);
  }
}
