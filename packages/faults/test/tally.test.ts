import { expect, test } from '@jest/globals';
import { emptyTally, sumOf } from '../src/clients/tally.js';

test('counts are added up, and of how many were there at once the most is taken', () => {
  const first = { ...emptyTally(), answered: 3, mostAtOnce: 20, notes: ['one'] };
  const second = { ...emptyTally(), answered: 4, hung: 1, mostAtOnce: 10, notes: ['two'] };
  expect(sumOf([first, second])).toEqual({
    ...emptyTally(),
    answered: 7,
    hung: 1,
    mostAtOnce: 20,
    notes: ['one', 'two'],
  });
});
