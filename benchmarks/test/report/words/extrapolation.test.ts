import { expect, test } from '@jest/globals';
import { qualityWords } from '../../../dist/report/words/extrapolation.js';

test.each([
  [0.9, '4 points, off by 5.0 % in the root mean square, R² 0.900'],
  [-0.2, '4 points, off by 5.0 % in the root mean square'],
  [NaN, '4 points, off by 5.0 % in the root mean square'],
])('R² of %d', (r2, words) => {
  expect(qualityWords({ error: 0.05, r2, points: 4 }, 2)).toBe(words);
});
