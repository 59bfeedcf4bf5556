import { once } from 'node:events';
import { describe, expect, test } from '@jest/globals';
import { StreamReader, StreamRequestHandler, TCPServer } from '@socketserver/core';
import { readerOf, STREAM_READER } from '@socketserver/faults/fuzz';
import fc from 'fast-check';
import { connectTo } from '../support/clients.js';
import { Gate, serving } from '../support/servers.js';

function textReader(...chunks: string[]): StreamReader {
  return readerOf(chunks.map((chunk) => Buffer.from(chunk)));
}

test.each(STREAM_READER)('whatever the chunks are, $name', async ({ property, few = 1_000 }) => {
  const outcome = await fc.check(property, { numRuns: few });
  expect(await fc.asyncDefaultReportMessage(outcome)).toBeUndefined();
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
      bufferedBytes: 0,
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
  const reader = new StreamReader({ bufferedBytes: 0, pull: async () => (left-- > 0 ? chunk : null) });
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
