import { expect, test } from '@jest/globals';
import { spreadOf } from '../../dist/measure/statistics.js';

test.each([
  [[3], { median: 3, low: 3, high: 3 }],
  [[4, 1, 3, 2, 5], { median: 3, low: 2, high: 4 }],
  [[1, 2], { median: 1.5, low: 1.25, high: 1.75 }],
])('the spread of %j', (values, spread) => {
  expect(spreadOf(values)).toEqual(spread);
});

test('nothing has no spread', () => {
  expect(spreadOf([])).toBeNull();
});
