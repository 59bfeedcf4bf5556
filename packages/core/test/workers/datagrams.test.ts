import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  areSends,
  joinDatagrams,
  MAX_TOGETHER,
  splitDatagrams,
  splitSends,
} from '../../src/workers/protocol/datagrams.js';
import type { DatagramMessage, ToWorker } from '../../src/workers/protocol/messages.js';
import { SendBatch } from '../../src/workers/runtime/send-batch.js';

const host = fc.oneof(fc.ipV4(), fc.ipV6());
const familyOf = (address: string) => (address.includes(':') ? ('IPv6' as const) : ('IPv4' as const));
const inet = fc
  .tuple(host, fc.nat(65_535))
  .map(([address, port]) => ({ address, port, family: familyOf(address) }));
/** An override may add to it, or give something else. */
const named = inet.map((address) => ({ ...address, name: 'x' }));
const address = fc.oneof(inet, named, fc.record({ path: fc.string() }));
const bytes = fc.uint8Array({ maxLength: 100 }) as fc.Arbitrary<Uint8Array>;

const datagram: fc.Arbitrary<DatagramMessage> = fc.record({
  type: fc.constant('datagram' as const),
  id: fc.nat(),
  sequence: fc.integer(),
  deadline: fc.double({ noNaN: true, noDefaultInfinity: true, min: 0 }),
  spentMs: fc.nat(),
  clientAddress: address,
  packet: bytes,
});
const end: ToWorker = { type: 'end' };

/** As JSON carries it, or structured clone. */
function crossed(message: ToWorker, byJson: boolean): ToWorker {
  if (!byJson || message.type !== 'datagrams') return structuredClone(message);
  return { ...message, requests: JSON.parse(JSON.stringify(message.requests)) as unknown[] };
}

const split = (message: ToWorker): (ToWorker | DatagramMessage)[] =>
  message.type === 'datagrams' ? splitDatagrams(message) : [message];
const plain = (messages: readonly (ToWorker | DatagramMessage)[]): unknown[] =>
  messages.map((one) => (one.type === 'datagram' ? { ...one, packet: [...one.packet] } : one));

test('datagrams come apart as they were put together, each in its place among other messages', () => {
  const messages = fc.array(fc.oneof(datagram, fc.constant(end)), { maxLength: 20 });
  fc.assert(
    fc.property(messages, fc.boolean(), (list, byJson) => {
      const arrived = joinDatagrams(list).flatMap((message) => split(crossed(message, byJson)));
      expect(plain(arrived)).toEqual(plain(list));
    }),
  );
});

test('datagrams cross in blocks of a bounded size', () => {
  const packet = new Uint8Array(MAX_TOGETHER / 4);
  const one = { type: 'datagram', clientAddress: { path: '' }, packet } as const;
  const joined = joinDatagrams(Array.from({ length: 9 }, (_, id) => ({ ...one, id })));
  expect(joined.map((message) => message.type === 'datagrams' && message.packets.length)).toEqual([
    MAX_TOGETHER,
    MAX_TOGETHER,
    MAX_TOGETHER / 4,
  ]);
});

describe('what handlers send in one turn', () => {
  test('crosses in one block, and comes apart as it was', () => {
    const batch = new SendBatch();
    const sends = fc.array(
      fc.record({
        data: fc.oneof(bytes, fc.string({ unit: 'binary' })),
        address: fc.oneof(inet, fc.record({ path: fc.string() })),
      }),
      { maxLength: 20 },
    );
    fc.assert(
      fc.property(sends, (list) => {
        for (const [id, one] of list.entries()) batch.add(id, one.data, one.address);
        const taken = batch.take();
        expect(areSends(taken.sends, taken.data)).toBe(true);
        expect(taken.data.buffer.byteLength).toBe(taken.data.length);
        expect(
          splitSends(taken).map((one) => ({ ...one, data: Buffer.from(one.data).toString('hex') })),
        ).toEqual(
          list.map(({ data, address: to }, id) => ({
            id,
            data: Buffer.from(data as string).toString('hex'),
            address: to,
          })),
        );
      }),
    );
  });

  test('is a copy: the memory may be used again', () => {
    const batch = new SendBatch();
    const data = new Uint8Array([1]);
    for (const value of [1, 2, 3]) {
      data[0] = value;
      batch.add(value, data, { path: '/x' });
    }
    expect([...batch.take().data]).toEqual([1, 2, 3]);
  });

  test('may be larger than the block', () => {
    const batch = new SendBatch();
    for (const id of [1, 2, 3]) batch.add(id, new Uint8Array(50_000).fill(id), { path: '/x' });
    expect(splitSends(batch.take()).map(({ data }) => [data.length, data[0], data.at(-1)])).toEqual([
      [50_000, 1, 1],
      [50_000, 2, 2],
      [50_000, 3, 3],
    ]);
  });
});

test.each([
  ['no list', 'x', new Uint8Array(1)],
  ['no bytes', [1, 1, '::1', 7], 'x'],
  ['half an entry', [1, 1, '::1'], new Uint8Array(1)],
  ['more bytes than there are', [1, 2, '::1', 7], new Uint8Array(1)],
  ['fewer bytes than there are', [1, 0, '::1', 7], new Uint8Array(1)],
  ['a negative length', [1, -1, '::1', 7, 2, 2, '::1', 7], new Uint8Array(1)],
  ['half a byte', [1, 0.5, '::1', 7, 2, 0.5, '::1', 7], new Uint8Array(1)],
  ['no id', ['1', 1, '::1', 7], new Uint8Array(1)],
  ['no port', [1, 1, '::1', null], new Uint8Array(1)],
  ['no address', [1, 1, null, null], new Uint8Array(1)],
])('what a worker says of datagrams is refused: %s', (_, sends, data) => {
  expect(areSends(sends, data)).toBe(false);
});
