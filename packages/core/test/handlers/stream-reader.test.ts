import { once } from 'node:events';
import { describe, expect, test } from '@jest/globals';
import { StreamReader, StreamRequestHandler, TCPServer } from '@socketserver/core';
import fc from 'fast-check';
import { connectTo } from '../support/clients.js';
import { Gate, serving } from '../support/servers.js';

/** A reader that gets `chunks`, one for each pull, and then the end, or `failure`. */
function readerOf(chunks: readonly Uint8Array[], failure?: Error): StreamReader {
  const left = chunks.map((chunk) => Buffer.from(chunk));
  return new StreamReader({
    pull: async () => {
      const chunk = left.shift();
      if (chunk === undefined && failure !== undefined) throw failure;
      return chunk ?? null;
    },
  });
}

function textReader(...chunks: string[]): StreamReader {
  return readerOf(chunks.map((chunk) => Buffer.from(chunk)));
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

describe('whatever the chunks are', () => {
  test('every read returns the bytes that a plain array has at its place', async () => {
    await fc.assert(
      fc.asyncProperty(chunks, fc.array(step, { maxLength: 20 }), async (chunks, steps) => {
        const reader = readerOf(chunks);
        let left = Buffer.concat(chunks);
        for (const step of steps) {
          const got = await run(reader, step);
          const { result, taken } = expected(left, step, got);
          expect(got).toEqual(result);
          left = left.subarray(taken);
        }
        expect(await reader.read()).toEqual(left);
        expect(await reader.read()).toHaveLength(0);
      }),
      { numRuns: 2_000 },
    );
  });

  test('iteration gives the lines of the text', async () => {
    await fc.assert(
      fc.asyncProperty(chunks, async (chunks) => {
        const lines: string[] = [];
        for await (const line of readerOf(chunks)) lines.push(line.toString('latin1'));
        const text = Buffer.concat(chunks).toString('latin1');
        expect(lines).toEqual(text.split(/(?<=\n)/).filter((line) => line !== ''));
      }),
      { numRuns: 500 },
    );
  });

  test('a connection that fails loses none of the bytes that came before', async () => {
    const reset = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
    await fc.assert(
      fc.asyncProperty(fc.array(chunk, { minLength: 1, maxLength: 12 }), async (chunks) => {
        const bytes = Buffer.concat(chunks);
        const reader = readerOf(chunks, reset);
        await expect(reader.readExactly(bytes.length + 1)).rejects.toBe(reset);
        await expect(reader.read()).rejects.toBe(reset);
        expect(await reader.readExactly(bytes.length)).toEqual(bytes);
        await expect(reader.read(1)).rejects.toBe(reset);
      }),
      { numRuns: 500 },
    );
  });
});

describe('readLine', () => {
  test('takes a line of exactly the limit, its newline included', async () => {
    expect(String(await textReader('abc', 'd\nrest').readLine(5))).toBe('abcd\n');
    expect(String(await textReader('abcde').readLine(5))).toBe('abcde');
  });

  test('refuses a line of one byte more, and leaves it to be read by count', async () => {
    const reader = textReader('abc', 'de\nrest');
    await expect(reader.readLine(5)).rejects.toMatchObject({
      code: 'ERR_SOCKETSERVER_LINE_TOO_LONG',
      message: expect.stringContaining('Expected a line of at most 5 bytes'),
    });
    expect(String(await reader.readExactly(6))).toBe('abcde\n');
    expect(String(await reader.readLine(5))).toBe('rest');
  });

  test('refuses as soon as the limit is passed, without waiting for the newline', async () => {
    const pulled: string[] = [];
    const reader = new StreamReader({
      pull: async () => {
        pulled.push('x');
        return Buffer.from('x'.repeat(10));
      },
    });
    await expect(reader.readLine(25)).rejects.toMatchObject({ code: 'ERR_SOCKETSERVER_LINE_TOO_LONG' });
    expect(pulled).toHaveLength(3);
  });

  test('takes lines of 65,536 bytes unless told otherwise', async () => {
    const longest = `${'x'.repeat(65_535)}\n`;
    expect(await textReader(longest).readLine()).toHaveLength(65_536);
    await expect(textReader(`x${longest}`).readLine()).rejects.toMatchObject({
      code: 'ERR_SOCKETSERVER_LINE_TOO_LONG',
    });
  });
});

test('readExactly says how many bytes came, and keeps them', async () => {
  const reader = textReader('ab', 'c');
  await expect(reader.readExactly(4)).rejects.toMatchObject({
    code: 'ERR_SOCKETSERVER_UNEXPECTED_EOF',
    message: 'Expected 4 bytes, got 3 before the client ended; use read(4) to take what there is',
  });
  expect(String(await reader.read(4))).toBe('abc');
});

describe.each([0, -1, 1.5, Number.NaN, Infinity, '3', null])('a count of %p', (bad) => {
  test.each(['read', 'readExactly', 'readLine'] as const)('is refused by %s', async (verb) => {
    const reader = textReader('abc\n');
    await expect(reader[verb](bad as number)).rejects.toMatchObject({
      code: 'ERR_SOCKETSERVER_BAD_ARGUMENT',
      message: expect.stringMatching(/^Expected `(n|limit)` to be a positive integer, got /),
    });
    expect(String(await reader.read())).toBe('abc\n');
  });
});

test('a whole stream is read in time that grows with its size, not with its square', async () => {
  const chunk = Buffer.alloc(1_024);
  let left = 65_536;
  const reader = new StreamReader({ pull: async () => (left-- > 0 ? chunk : null) });
  // 64 MiB in 65,536 chunks: copied anew for every chunk it would be 2 TiB.
  expect(await reader.read()).toHaveLength(64 * 1_024 * 1_024);
});

describe('on a socket', () => {
  test.each([-1, 0, 1, 1_024, 65_536])('everything arrives with rbufsize %p', async (size) => {
    const received = new Gate<number>();
    class Handler extends StreamRequestHandler {
      override rbufsize = size;
      override async handle(): Promise<void> {
        let bytes = 0;
        // A little first, then whole chunks, so that the buffer is filled and drained in turns.
        for (let part = await this.rfile.read(7); part.length > 0; part = await this.rfile.read(100_000)) {
          bytes += part.length;
        }
        received.open(bytes);
      }
    }
    await using server = await serving(new TCPServer({ host: '127.0.0.1', port: 0 }, Handler));
    const client = await connectTo(server.serverAddress);
    client.end(Buffer.alloc(300_000));
    expect(await received.opened).toBe(300_000);
    client.destroy();
  });

  test('no more than rbufsize is read ahead of the handler', async () => {
    const release = new Gate();
    const ahead = new Gate<number>();
    class Handler extends StreamRequestHandler {
      override rbufsize = 10_000;
      override async handle(): Promise<void> {
        await this.rfile.readExactly(1);
        await release.opened;
        ahead.open(this.request.bytesRead);
      }
    }
    await using server = await serving(new TCPServer({ host: '127.0.0.1', port: 0 }, Handler));
    const client = await connectTo(server.serverAddress);
    // More than the kernel's buffers hold: the client cannot get rid of it while the handler does not read.
    client.write(Buffer.alloc(32 * 1_024 * 1_024));
    // A write that makes no progress for this long is stuck.
    client.setTimeout(200);
    await once(client, 'timeout');
    release.open();
    // Node reads up to 64 KiB at once, and has such a chunk under way before it learns of the pause.
    expect(await ahead.opened).toBeLessThan(10_000 + 4 * 65_536);
    client.destroy();
  });
});
