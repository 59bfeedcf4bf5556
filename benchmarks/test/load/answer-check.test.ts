import { expect, test } from '@jest/globals';
import { AnswerCheck } from '../../dist/load/answer-check.js';

const ANSWER = Buffer.from('HELLO\n');

test('an answer in any pieces is complete with its last byte', () => {
  const check = new AnswerCheck(ANSWER);
  expect(check.take(ANSWER.subarray(0, 2))).toBe(true);
  expect(check.isComplete).toBe(false);
  expect(check.take(ANSWER.subarray(2))).toBe(true);
  expect(check.isComplete).toBe(true);
});

test.each(['HELLO?', 'hELLO\n', 'HELLO\n\n'])('%j is wrong', (text) => {
  expect(new AnswerCheck(ANSWER).take(Buffer.from(text))).toBe(false);
});

test('one byte too many is wrong, also later', () => {
  const check = new AnswerCheck(ANSWER);
  check.take(ANSWER);
  expect(check.take(Buffer.from('!'))).toBe(false);
});
