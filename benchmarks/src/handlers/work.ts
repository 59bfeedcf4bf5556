import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Work, WorkSizes } from '../protocol.js';

/** How a request says what it asks for: by its first byte. Any other one: light. */
const FIRST_BYTES = { heavy: 'h', wait: 'w', large: 'l' } as const satisfies Partial<Record<Work, string>>;

const HEAVY = FIRST_BYTES.heavy.charCodeAt(0);
const WAIT = FIRST_BYTES.wait.charCodeAt(0);
const LARGE = FIRST_BYTES.large.charCodeAt(0);

/** The first word of a request. */
export function requestWord(work: Work): string {
  return work === 'light' ? 'request' : work;
}

/** The work of every handler here: the README's. */
export function upper(data: Buffer): string {
  return data.toString().toUpperCase();
}

/**
 * What is to be done before the answer.
 * @returns undefined when it is done
 */
export function prepare(request: Buffer, sizes: WorkSizes): Promise<void> | undefined {
  switch (request[0]) {
    case HEAVY:
      computeHash(sizes.hashBytes);
      return undefined;
    case WAIT:
      return sleep(sizes.waitMs);
    default:
      return undefined;
  }
}

export function answerTo(request: Buffer, sizes: WorkSizes): string | Buffer {
  const answer = upper(request);
  return request[0] === LARGE ? repeatTo(sizes.answerBytes, answer) : answer;
}

/** Text, over and over until it has this many bytes. */
export function repeatTo(bytes: number, text: string): Buffer {
  return Buffer.alloc(bytes, text);
}

let block = Buffer.alloc(0);

/** Uses the CPU, and nothing else: SHA-256, which CPython takes from the same library. */
export function computeHash(bytes: number): Buffer {
  if (block.length !== bytes) block = Buffer.alloc(bytes, 'socketserver');
  return createHash('sha256').update(block).digest();
}
