import { expect, test } from '@jest/globals';
import { contestsOf } from '../../../dist/report/reading/contest.js';
import { pairsForOneByChance } from '../../../dist/report/reading/noise.js';
import { answerOf, type Answer } from '../../../dist/report/words/answer.js';
import { resultOf } from '../../support/result.js';

const ROUNDS = 3;
/** Every order of three in a round; far enough apart for each difference to count. */
const ORDERS = [
  [100, 200, 400],
  [100, 400, 200],
  [200, 100, 400],
  [200, 400, 100],
  [400, 100, 200],
  [400, 200, 100],
] as const;

/** All that three equal strategies may do, each outcome as likely as any other. */
function answersOf(names: readonly [string, string, string]): Answer[] {
  return ORDERS.flatMap((one) =>
    ORDERS.flatMap((two) =>
      ORDERS.map((three) => {
        const byStrategy = names.map((name, index) => [
          name,
          [one, two, three].map((order) => order[index]!),
        ]);
        return answerOf(contestsOf(resultOf({ messages: Object.fromEntries(byStrategy) }))[0]!);
      }),
    ),
  );
}

function share(answers: readonly Answer[], isMeant: (answer: Answer) => boolean): number {
  return answers.filter(isMeant).length / answers.length;
}

test('among three equal ones chance makes a leader more rarely than between two', () => {
  const found = share(answersOf(['async', 'threading', 'forking']), ({ verdict }) => verdict === 'clear');
  expect(found).toBeCloseTo(1 / 9);
  expect(found).toBeLessThan(1 / pairsForOneByChance(ROUNDS));
});

test('it makes one that is called behind more often', () => {
  const found = share(answersOf(['async', 'threading', 'forking']), ({ next }) => next !== undefined);
  expect(found).toBeGreaterThan(1 / 3);
});

test.each([[['async', 'raw', 'cluster'] as const], [['async', 'threading', 'raw'] as const]])(
  'it puts the best of ours and the best of the peers no further apart: %j',
  (names) => {
    const found = share(answersOf(names), ({ peer }) => ['ahead', 'behind'].includes(peer!.verdict));
    expect(found).toBeLessThanOrEqual(1 / pairsForOneByChance(ROUNDS));
  },
);
