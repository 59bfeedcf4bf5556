import assert from 'node:assert/strict';
import fc from 'fast-check';
import { checkFromWorker } from '../../../core/dist/workers/protocol/validate.js';
import type { Fuzz } from './property.js';

const anything = fc.anything({
  withNullPrototype: true,
  withBigInt: true,
  withTypedArray: true,
  withDate: true,
});
const TYPES = [
  'ready',
  'failed',
  'alive',
  'begun',
  'returned',
  'ended',
  'sends',
  'shutdown',
  'draining',
  'over',
] as const;
/** A message of a known type, whose other fields may be anything, be missing or be as they should. */
const message = fc.record(
  {
    type: fc.oneof(fc.constantFrom(...TYPES), anything),
    id: fc.oneof(fc.integer(), anything),
    memoryBytes: fc.oneof(fc.integer(), anything),
    end: fc.oneof(
      anything,
      fc.record({ error: anything, disconnected: anything, cut: anything }, { requiredKeys: [] }),
    ),
    error: fc.oneof(anything, fc.record({ name: fc.string(), message: fc.string() })),
    data: fc.oneof(fc.uint8Array(), anything),
    sends: fc.oneof(anything, fc.array(fc.oneof(fc.nat(20), fc.ipV4(), anything), { maxLength: 8 })),
  },
  { requiredKeys: [] },
);
/** Messages come in lists. */
const said = fc.oneof(fc.array(message, { maxLength: 3 }), message, anything);

/** A check lets a list through as it is, or throws the one error of the protocol. @returns whether it did the former */
function isLetThrough(validate: (value: unknown) => unknown, value: unknown): boolean {
  try {
    assert.equal(validate(value), value);
    return true;
  } catch (error) {
    assert.equal((error as { code?: unknown }).code, 'ERR_SOCKETSERVER_PROTOCOL', String(error));
    return false;
  }
}

/** The text of something that a child may say, and must not. */
export const misfit: fc.Arbitrary<string> = fc
  .oneof(
    fc.array(fc.record({ type: fc.constantFrom(...TYPES), id: fc.jsonValue(), error: fc.jsonValue() }), {
      minLength: 1,
      maxLength: 3,
    }),
    fc.jsonValue(),
  )
  .filter((value) => !isLetThrough(checkFromWorker, value))
  .map((value) => JSON.stringify(value));

export const MESSAGES: readonly Fuzz[] = [
  {
    name: 'whatever a worker says is a message of the protocol, or refused',
    property: fc.property(said, (value) => void isLetThrough(checkFromWorker, value)),
  },
];
