import { expect, test } from '@jest/globals';
import { renderChoosing } from '../../../dist/report/docs/choosing.js';
import { noiseWords } from '../../../dist/report/words/noise.js';
import { resultOf } from '../../support/result.js';

const withRounds = (rounds: number) => resultOf({ messages: { async: Array<number>(rounds).fill(100) } });

test.each([
  [2, /at least 3 rounds\.$/],
  [3, /With 3 rounds, .* in one of 4 cases; .* an indication; with 7 rounds or more \(one of 64 cases\)/],
  [5, /in one of 16 cases; .* an indication/],
  [7, /in one of 64 cases; .* So a lead is a finding\.$/],
  [11, /in one of 1,024 cases; .* So a lead is a finding\.$/],
])('says what a lead is worth with %d rounds', (rounds, words) => {
  expect(noiseWords(withRounds(rounds))).toMatch(words);
});

test('docs/choosing.md says it', () => {
  expect(renderChoosing(withRounds(3))).toContain(noiseWords(withRounds(3)));
});
