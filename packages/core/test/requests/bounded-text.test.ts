import { describe, expect, test } from '@jest/globals';
import { errorReport, serializeError } from '@socketserver/core/workers';

/** Whoever reads all of one of these is busy for seconds, or runs out of memory. This much is left to a slow machine. */
const SOON_MS = 1_000;

/** V8 puts such a text together when it is first read. */
const HUGE = 'B'.repeat(400_000_000);
const HOLEY: unknown[] = Array.from({ length: 1 });
HOLEY.length = 10_000_000;
HOLEY.fill(0, 1);

/** 1,000,000,000,000 values, each of which is there once. */
function deep(): object {
  let value: object = {};
  for (let depth = 0; depth < 4; depth++)
    value = Object.fromEntries(Array.from({ length: 1_000 }, (_, i) => [`k${i}`, value]));
  return value;
}

const VALUES: [string, () => unknown][] = [
  ['an error with a huge message', () => new Error(HUGE)],
  ['an error with a huge name', () => Object.assign(new Error('x'), { name: HUGE })],
  ['an error with a huge code', () => Object.assign(new Error('x'), { code: HUGE })],
  ['an error with a huge stack', () => Object.assign(new Error('x'), { stack: HUGE })],
  ['an error with a huge cause', () => new Error('x', { cause: new Error(HUGE) })],
  ['an error whose cause is a huge text', () => new Error('x', { cause: HUGE })],
  ['an error whose message is a list', () => Object.assign(new Error('x'), { message: HOLEY })],
  [
    'an error of many errors',
    () => new AggregateError(Array.from({ length: 100_000 }, () => new Error('x'))),
  ],
  ['an error with a huge property', () => Object.assign(new Error('x'), { body: HUGE })],
  ['an error with deep properties', () => Object.assign(new Error('x'), { body: deep() })],
  ['a huge text', () => HUGE],
  // oxlint-disable-next-line unicorn/new-for-builtins, no-new-wrappers -- whatever can be thrown
  ['a boxed text', () => new String('B'.repeat(10_000_000))],
  ['a huge symbol', () => Symbol(HUGE)],
  ['a huge number', () => 1n << 100_000_000n],
  ['a huge list', () => HOLEY],
  ['a huge map', () => new Map(Array.from({ length: 100_000 }, (_, i) => [i, HOLEY]))],
  ['a deep object', deep],
  ['bytes', () => Buffer.alloc(100_000_000)],
];

describe.each(VALUES)('of %s', (_, make) => {
  test.each([
    ['a report', (value: unknown) => errorReport(value)],
    ['what crosses from a worker', (value: unknown) => JSON.stringify(serializeError(value))],
  ])('%s is short, and made soon', (_name, textOf) => {
    const value = make();
    const startedAt = performance.now();
    expect(textOf(value).length).toBeLessThan(17_000);
    expect(performance.now() - startedAt).toBeLessThan(SOON_MS);
  });
});

const THROWING = {
  get message(): string {
    throw new Error('do not look');
  },
  name: 'Hostile',
};
const REVOKED = Proxy.revocable({}, {});
REVOKED.revoke();
const TRAPS = new Proxy(
  {},
  Object.fromEntries(Reflect.ownKeys(Reflect).map((key) => [key, () => THROWING.message])),
);

test.each<[string, () => unknown]>([
  ['a getter', () => THROWING],
  ['a revoked proxy', () => REVOKED.proxy],
  ['a proxy', () => TRAPS],
  ['the cause of an error', () => new Error('x', { cause: THROWING })],
  ['a property of an error', () => Object.assign(new Error('x'), { at: TRAPS })],
])('%s that throws when it is looked at is told of all the same', (_, make) => {
  expect(errorReport(make())).toMatch(/throws when it is read|too large|Error: x/);
  expect(serializeError(make()).message).toMatch(/throws when it is read|too large|x/);
});
