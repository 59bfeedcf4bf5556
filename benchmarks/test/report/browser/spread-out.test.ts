import { expect, test } from '@jest/globals';
import { spreadOut } from '../../../dist/report/browser/spread-out.js';

test.each([
  ['what is apart stays', [10, 50, 100], [10, 50, 100]],
  ['two at one place move by half the gap each', [50, 50], [43, 57]],
  ['the order is kept', [51, 50], [57.5, 43.5]],
  ['a third that they come to touch moves too', [50, 50, 60], [39.333, 53.333, 67.333]],
])('%s', (_, positions, expected) => {
  const moved = spreadOut(positions, 14);
  expect(moved).toHaveLength(expected.length);
  moved.forEach((position, index) => expect(position).toBeCloseTo(expected[index]!, 2));
});
