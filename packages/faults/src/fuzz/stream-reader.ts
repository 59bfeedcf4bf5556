import assert from 'node:assert/strict';
import { StreamReader } from '@socketserver/core';
import fc from 'fast-check';
import type { Fuzz } from './property.js';

/** A reader that gets `chunks`, one for each pull, and then the end, or `failure`. */
export function readerOf(chunks: readonly Uint8Array[], failure?: Error): StreamReader {
  const left = chunks.map((chunk) => Buffer.from(chunk));
  return new StreamReader({
    get bufferedBytes() {
      return left.reduce((sum, { length }) => sum + length, 0);
    },
    pull: () => {
      const chunk = left.shift();
      return chunk === undefined && failure !== undefined
        ? Promise.reject(failure)
        : Promise.resolve(chunk ?? null);
    },
  });
}

// Newlines are as frequent as in text, and lines are about as long as a chunk.
const byte = fc.oneof({ weight: 1, arbitrary: fc.constant(10) }, { weight: 6, arbitrary: fc.nat(255) });
const chunk = fc.array(byte, { minLength: 1, maxLength: 12 }).map((bytes) => Uint8Array.from(bytes));
const chunks = fc.array(chunk, { maxLength: 12 });

type Step =
  | { verb: 'read' | 'readExactly'; n: number }
  | { verb: 'readLine'; limit: number }
  | { verb: 'readAll' };
const count = fc.integer({ min: 1, max: 30 });
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ verb: fc.constantFrom('read' as const, 'readExactly' as const), n: count }),
  fc.record({ verb: fc.constant('readLine' as const), limit: count }),
  { weight: 1, arbitrary: fc.constant({ verb: 'readAll' as const }) },
);

/** What a step has to return or throw when `bytes` are left, and how many of them it takes. */
function expected(
  bytes: Buffer,
  step: Step,
  got: Buffer | string,
): { result: Buffer | string; taken: number } {
  const taking = (size: number): { result: Buffer; taken: number } => ({
    result: bytes.subarray(0, size),
    taken: size,
  });
  switch (step.verb) {
    case 'readAll':
      return taking(bytes.length);
    case 'readExactly':
      return step.n > bytes.length ? { result: 'ERR_SOCKETSERVER_UNEXPECTED_EOF', taken: 0 } : taking(step.n);
    case 'readLine': {
      const newline = bytes.indexOf(10);
      const size = newline === -1 ? bytes.length : newline + 1;
      return size > step.limit ? { result: 'ERR_SOCKETSERVER_LINE_TOO_LONG', taken: 0 } : taking(size);
    }
    case 'read':
      // Any number of bytes up to n, but at least one while there are any.
      return taking(Math.min(Math.max(got.length, 1), step.n, bytes.length));
  }
}

async function run(reader: StreamReader, step: Step): Promise<Buffer | string> {
  try {
    switch (step.verb) {
      case 'readAll':
        return await reader.read();
      case 'read':
        return await reader.read(step.n);
      case 'readExactly':
        return await reader.readExactly(step.n);
      case 'readLine':
        return await reader.readLine(step.limit);
    }
  } catch (error) {
    return (error as { code: string }).code;
  }
}

export const STREAM_READER: readonly Fuzz[] = [
  {
    name: 'every read returns the bytes that a plain array has at its place',
    property: fc.asyncProperty(chunks, fc.array(step, { maxLength: 20 }), async (chunks, steps) => {
      const reader = readerOf(chunks);
      let left = Buffer.concat(chunks);
      for (const step of steps) {
        const got = await run(reader, step);
        const { result, taken } = expected(left, step, got);
        assert.deepEqual(got, result);
        left = left.subarray(taken);
      }
      assert.deepEqual(await reader.read(), left);
      assert.equal((await reader.read()).length, 0);
    }),
    few: 2_000,
  },
  {
    name: 'iteration gives the lines of the text',
    property: fc.asyncProperty(chunks, async (chunks) => {
      const lines: string[] = [];
      for await (const line of readerOf(chunks)) lines.push(line.toString('latin1'));
      const text = Buffer.concat(chunks).toString('latin1');
      assert.deepEqual(
        lines,
        text.split(/(?<=\n)/).filter((line) => line !== ''),
      );
    }),
    few: 500,
  },
  {
    name: 'a connection that fails loses none of the bytes that came before',
    property: fc.asyncProperty(fc.array(chunk, { minLength: 1, maxLength: 12 }), async (chunks) => {
      const reset = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
      const bytes = Buffer.concat(chunks);
      const reader = readerOf(chunks, reset);
      await assert.rejects(reader.readExactly(bytes.length + 1), reset);
      await assert.rejects(reader.read(), reset);
      assert.deepEqual(await reader.readExactly(bytes.length), bytes);
      await assert.rejects(reader.read(1), reset);
    }),
    few: 500,
  },
];
