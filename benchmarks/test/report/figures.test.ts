import { expect, test } from '@jest/globals';
import { figure, spreadFigure, type Unit } from '../../dist/report/figures.js';

test.each<[number, Unit, string]>([
  [12_345.6, 'per second', '12,346 per second'],
  [7.891, 'per second', '7.89 per second'],
  [0, 'bytes', '0 bytes'],
  [999, 'bytes', '999 bytes'],
  [3_242, 'bytes', '3.24 kB'],
  [25.3e9, 'bytes', '25.3 GB'],
  [850, 'µs', '850 µs'],
  [999.7, 'µs', '1,000 µs'],
  [1_250, 'µs', '1.25 ms'],
  [2.5e6, 'µs', '2.5 s'],
  [0.5, 'ms', '500 µs'],
  [125, 'ms', '125 ms'],
  [1, 'clients', '1 client'],
  [0, 'clients', '0 clients'],
  [1.9, 'times', '1.90 times'],
  [1.854, 'CPUs', '1.85 CPUs'],
  [NaN, 'µs', 'not measured'],
])('%d %s reads %j', (value, unit, text) => {
  expect(figure(value, unit)).toBe(text);
});

test('a spread has its quartiles in parentheses', () => {
  const spread = { median: 1_420, low: 1_380, high: 1_455.4 };
  expect(spreadFigure(spread, 'per second')).toBe('1,420 (1,380–1,455)');
  expect(spreadFigure(spread, 'µs')).toBe('1.42 ms (1.38 ms–1.46 ms)');
});
