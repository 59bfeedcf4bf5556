import { describe, expect, test } from '@jest/globals';
import type { FromWorker } from '@socketserver/core/workers';
import fc from 'fast-check';
import { encodeFrames, FrameReader } from '../../src/workers/protocol/frames.js';

const MAX = 10_000;
const protocolError = expect.objectContaining({ code: 'ERR_SOCKETSERVER_PROTOCOL' });

const message: fc.Arbitrary<FromWorker> = fc.oneof(
  fc.integer(),
  fc.record({ type: fc.constant('begun' as const), id: fc.integer() }),
  fc.record({
    type: fc.constant('sends' as const),
    sends: fc.array(fc.oneof(fc.integer(), fc.string({ unit: 'binary', maxLength: 50 })), { maxLength: 8 }),
    data: fc.uint8Array({ maxLength: 500 }) as fc.Arbitrary<Uint8Array>,
  }),
);

function framesOf(messages: readonly FromWorker[], max = MAX): Buffer[] {
  return encodeFrames(messages, max, () => {
    throw new Error('Expected every message to fit');
  });
}

/** What a reader makes of these chunks. */
function read(chunks: readonly Buffer[], max = MAX): unknown[] {
  const messages: unknown[] = [];
  const reader = new FrameReader(max, (list) =>
    messages.push(...(Array.isArray(list) ? (list as unknown[]) : [list])),
  );
  for (const chunk of chunks) reader.push(chunk);
  return messages;
}

/** The same bytes, cut elsewhere. */
function cut(bytes: Buffer, sizes: readonly number[]): Buffer[] {
  const chunks: Buffer[] = [];
  for (let at = 0, n = 0; at < bytes.length; n++) {
    const size = sizes[n % sizes.length] ?? 1;
    chunks.push(bytes.subarray(at, at + size));
    at += size;
  }
  return chunks;
}

/** Views of bytes compare by class; all that counts is what they hold. */
function plain(messages: readonly unknown[]): unknown[] {
  return messages.map((one) =>
    typeof one === 'object' && one !== null && 'data' in one && ArrayBuffer.isView(one.data)
      ? { ...one, data: [...(one.data as Uint8Array)] }
      : one,
  );
}

/** A frame around these bytes. */
function frame(json: Uint8Array | string, tail: Uint8Array = new Uint8Array(0)): Buffer {
  const text = Buffer.from(json as string);
  const head = Buffer.alloc(8);
  head.writeUInt32BE(4 + text.length + tail.length);
  head.writeUInt32BE(text.length, 4);
  return Buffer.concat([head, text, tail]);
}

test('any messages arrive, however the stream of their bytes is cut', () => {
  const batches = fc.array(fc.array(message, { minLength: 1, maxLength: 5 }), { maxLength: 5 });
  const sizes = fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 10 });
  fc.assert(
    fc.property(batches, sizes, (lists, cuts) => {
      const bytes = Buffer.concat(lists.flatMap((list) => framesOf(list)));
      expect(plain(read(cut(bytes, cuts)))).toEqual(plain(lists.flat()));
    }),
  );
});

test('any batch goes in frames within the bound', () => {
  const list = fc.array(message, { minLength: 1, maxLength: 50 });
  fc.assert(
    fc.property(list, fc.integer({ min: 2_000, max: 4_000 }), (messages, max) => {
      const frames = framesOf(messages, max);
      for (const { length } of frames) expect(length).toBeLessThanOrEqual(4 + max);
      expect(plain(read(frames, max))).toEqual(plain(messages));
    }),
  );
});

test('of a batch that holds a message which fits no frame the others go', () => {
  const tooLong: unknown[] = [];
  const long: FromWorker = { type: 'sends', sends: [], data: new Uint8Array(MAX) };
  const frames = encodeFrames([1, long, 3], MAX, (one) => tooLong.push(one));
  expect(read(frames)).toEqual([1, 3]);
  expect(tooLong).toEqual([long]);
});

test('any bytes at all are messages, or an error of the protocol', () => {
  const length = fc.integer({ min: 0, max: 40 }).map((size) => Buffer.from([0, 0, 0, size]));
  const bytes = fc.oneof(fc.uint8Array({ maxLength: 40 }), length);
  fc.assert(
    fc.property(fc.array(bytes, { maxLength: 10 }), (chunks) => {
      expect([undefined, 'ERR_SOCKETSERVER_PROTOCOL']).toContain(
        codeThrownBy(() => read(chunks.map((chunk) => Buffer.from(chunk)))),
      );
    }),
    { numRuns: 2_000 },
  );
});

describe('no frame:', () => {
  test.each([
    ['of no bytes', Buffer.alloc(4)],
    ['longer than the bound', Buffer.from([0, 0, 0x27, 0x11])],
    ['too short for the length of its JSON', Buffer.from([0, 0, 0, 1, 0])],
    ['shorter than its JSON', Buffer.from([0, 0, 0, 5, 0, 0, 0, 2, 0x31])],
    ['with nothing for JSON', frame('')],
    ['with other than JSON', frame('{\n')],
    ['with other than UTF-8', frame(Buffer.from([0x22, 0xff, 0x22]))],
    ['with bytes that belong to nothing', frame('[1]', Buffer.alloc(1))],
    ['with fewer bytes than told', frame('[{"type":"sends","data":2}]', Buffer.alloc(1))],
    ['with a part of a byte', frame('[{"type":"sends","data":0.5}]', Buffer.alloc(1))],
    ['with less than no bytes', frame('[{"type":"sends","data":-1}]')],
  ])('%s', (_, bytes) => {
    expect(() => read([bytes])).toThrow(protocolError);
    expect(() => read(cut(bytes, [1]))).toThrow(protocolError);
  });

  test('what came before it is delivered', () => {
    const messages: unknown[] = [];
    const reader = new FrameReader(MAX, (list) => messages.push(list));
    expect(() => reader.push(Buffer.concat([frame('[1]'), frame('[2]'), Buffer.alloc(4)]))).toThrow(
      protocolError,
    );
    expect(messages).toEqual([[1], [2]]);
  });
});

test('a frame that comes byte by byte takes the memory of one frame', () => {
  const reader = new FrameReader(1_048_576, () => {});
  const byte = Buffer.alloc(1, 0x20);
  reader.push(Buffer.from([0, 0x10, 0, 0]));
  const before = process.memoryUsage().heapUsed;
  for (let n = 0; n < 1_000_000; n++) reader.push(byte);
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(20_000_000);
});

function codeThrownBy(work: () => unknown): unknown {
  try {
    work();
    return undefined;
  } catch (thrown) {
    return (thrown as { code?: unknown }).code ?? thrown;
  }
}
