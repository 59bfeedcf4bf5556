import assert from 'node:assert/strict';
import { errorReport, serializeError, deserializeError } from '@socketserver/core/workers';
import fc from 'fast-check';
import { THROWN } from '../handlers/commands.js';
import type { Fuzz } from './property.js';

const text = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }), hostileText());
const anything = fc.anything({
  withNullPrototype: true,
  withBigInt: true,
  withDate: true,
  withMap: true,
  withSet: true,
});

/** What moves a cursor, turns text round, ends a line, or looks like a report. */
function hostileText(): fc.Arbitrary<string> {
  const rule = '-'.repeat(40);
  const piece = fc.oneof(
    fc.constantFrom(
      '\n',
      '\r',
      '\r\n',
      '\u001b[2J',
      '\u009b1A',
      '\u2028',
      '\u2029',
      '\u0085',
      '\u202e',
      '\u2066',
      '\b',
      '\0',
    ),
    fc.constantFrom(rule, `\n${rule}\nException occurred in the server\n`, 'Error: ', '\n    at '),
    fc.string({ maxLength: 8 }),
  );
  return fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(''));
}

/** Makes an error, or what is thrown in its place; made anew, because some throw when fast-check looks at them. */
const thrower: fc.Arbitrary<() => unknown> = fc.oneof(
  fc.oneof(anything, text).map((value) => () => value),
  fc.constantFrom(...Object.values(THROWN)),
  fc
    .record({
      name: fc.oneof(text, anything),
      message: fc.oneof(text, anything),
      stack: anything,
      code: anything,
      cause: anything,
    })
    .map((value) => () => value),
  fc.record({ message: text, code: fc.oneof(text, fc.integer()) }).map(
    ({ message, code }) =>
      () =>
        Object.assign(new RangeError(message), { code }),
  ),
);
const client = fc.oneof(
  fc.constant(undefined),
  text.map((path) => ({ path })),
  fc.record({
    address: fc.oneof(fc.ipV4(), fc.ipV6()),
    port: fc.nat(65_535),
    family: fc.constant('IPv4' as const),
  }),
);

/** Control characters but tab and newline, what a reader of logs takes for the end of a line, and what turns text round. */
const UNSAFE = /(?![\t\n])[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/u;

export const ERRORS: readonly Fuzz[] = [
  {
    name: 'whatever was thrown crosses as an error, through a clone and through JSON',
    property: fc.property(thrower, (make) => {
      const packed = serializeError(make());
      for (const crossed of [structuredClone(packed), JSON.parse(JSON.stringify(packed)) as typeof packed]) {
        const error = deserializeError(crossed);
        assert.ok(error instanceof Error);
        assert.equal(typeof error.message, 'string');
        assert.equal(typeof error.name, 'string');
        assert.equal(typeof error.stack, 'string');
      }
    }),
    few: 500,
  },
  {
    name: 'an error keeps its name, message, code and stack',
    property: fc.property(text, fc.oneof(text, fc.integer()), (message, code) => {
      const error = Object.assign(new RangeError(message), { code });
      const { name, stack, ...rest } = deserializeError(structuredClone(serializeError(error))) as Error & {
        code: unknown;
      };
      assert.deepEqual({ name, stack, code: rest.code }, { name: 'RangeError', stack: error.stack, code });
    }),
  },
  {
    name: 'no control character of a client survives in a report',
    property: fc.property(thrower, client, (make, clientAddress) => {
      assert.doesNotMatch(errorReport(make(), clientAddress), UNSAFE);
    }),
    few: 500,
  },
  {
    name: 'no client can forge a line of a report',
    property: fc.property(thrower, client, (make, clientAddress) => {
      const lines = errorReport(make(), clientAddress).split('\n');
      const [top = '', head = '', first = '', ...rest] = lines;
      assert.match(top, /^\d{4}-\d\d-\d\dT[\d:.]+Z -{40}$/);
      assert.match(head, /^Exception occurred (in the server|during processing of the request of .*)$/s);
      assert.doesNotMatch(first, /^-{40}$|^Exception occurred/);
      assert.equal(rest.pop(), '-'.repeat(40));
      for (const line of rest) assert.match(line, /^ {2}/);
    }),
    few: 500,
  },
];
