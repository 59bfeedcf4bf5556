import { figure, type Unit } from '../figures.js';

/** From 0 up; on a logarithmic scale from tick to tick, for nothing lies at 0 there. */
export function domainOf(values: readonly number[], isLog: boolean): [number, number] {
  const most = Math.max(...values, 0);
  if (!isLog) return [0, most === 0 ? 1 : most];
  const positive = values.filter((value) => value > 0);
  const [least, last] = [Math.min(...positive), Math.max(...positive)];
  const steps = roundNumbers(least / 10, last * 10);
  return [
    steps.findLast((step) => step <= least) ?? least,
    steps.find((step) => step >= last && step > least) ?? last,
  ];
}

/** Up to so many powers of ten, there is room for 2 and 5 between them. */
const FEW_POWERS = 2.5;

/** As many ticks as there is room for; on a logarithmic scale powers of ten, or 1, 2, 5, 10 if these are few. */
export function ticksFor(
  [low, high]: readonly [number, number],
  { isLog, length }: { isLog: boolean; length: number },
): number | number[] {
  if (!isLog) return Math.max(2, Math.min(6, Math.floor(length / 110)));
  const ticks = roundNumbers(low, high);
  const hasRoom = Math.log10(high / low) <= FEW_POWERS && length > 250;
  return hasRoom ? ticks : ticks.filter((tick) => Number.isInteger(Math.round(Math.log10(tick) * 1e6) / 1e6));
}

/** 1, 2, 5, 10, 20 and so on. */
function roundNumbers(low: number, high: number): number[] {
  const numbers = [];
  for (let power = Math.floor(Math.log10(low)); 10 ** power <= high; power++) {
    for (const digit of [1, 2, 5]) {
      // A product of powers below 1 would not be the number that one writes.
      const number = Number(`${digit}e${power}`);
      if (number >= low && number <= high) numbers.push(number);
    }
  }
  return numbers;
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
      return (value) => (value === 0 ? '0' : figure(value, unit));
  }
}
