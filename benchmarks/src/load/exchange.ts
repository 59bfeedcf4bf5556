import { repeatTo, requestWord, upper } from '../handlers/work.js';
import type { LoadRequest, Work } from '../protocol.js';

/** A request, and the only right answer to it. */
export interface Exchange {
  readonly request: Buffer;
  /** null: whatever is answered is right, save nothing at all. */
  readonly answer: Buffer | null;
}

/** Different requests, so that an answer which belongs to another one is seen to be wrong. */
const KINDS = 64;
/** Large answers are kept whole, to be compared with: not too many. */
const LARGE_KINDS = 4;
/** Bytes of a request, its newline included. */
const SIZE = 64;

/** The exchanges of a load, one after the other and over again. */
export function exchanges(wanted: LoadRequest): readonly Exchange[] {
  if ('work' in wanted) return ownExchanges(wanted.work, wanted.answerBytes);
  const { bytes, answer } = wanted;
  return [
    {
      request: Buffer.from(bytes, 'base64'),
      answer: answer === null ? null : Buffer.from(answer, 'base64'),
    },
  ];
}

function ownExchanges(work: Work, answerBytes: number): readonly Exchange[] {
  return Array.from({ length: work === 'large' ? LARGE_KINDS : KINDS }, (_, kind) => {
    const text = `${`${requestWord(work)} ${kind} `.padEnd(SIZE - 1, 'abcdefghijklmnopqrstuvwxyz')}\n`;
    const request = Buffer.from(text);
    const answer = upper(request);
    return { request, answer: work === 'large' ? repeatTo(answerBytes, answer) : Buffer.from(answer) };
  });
}
