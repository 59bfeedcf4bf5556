import assert from 'node:assert/strict';
import fc from 'fast-check';
import { checkFromChild, checkToChild } from '../../../forking/dist/protocol.js';
import type { Fuzz } from './property.js';

const anything = fc.anything({
  withNullPrototype: true,
  withBigInt: true,
  withTypedArray: true,
  withDate: true,
});
const TYPES = [
  ['ready', 'failed', 'begun', 'late', 'ended', 'send', 'shutdown', 'leaving'],
  ['start', 'stream', 'datagram', 'sent', 'abort', 'end'],
] as const;
/** A message of a known type, whose other fields may be anything, be missing or be as they should. */
const message = fc.record(
  {
    type: fc.oneof(fc.constantFrom(...TYPES.flat()), anything),
    id: fc.oneof(fc.integer(), anything),
    request: fc.oneof(fc.integer(), anything),
    error: fc.oneof(anything, fc.record({ name: fc.string(), message: fc.string() })),
    reason: fc.oneof(anything, fc.record({ name: fc.string(), message: fc.string() })),
    data: fc.oneof(fc.uint8Array(), anything),
    packet: fc.oneof(fc.uint8Array(), anything),
    address: fc.oneof(anything, fc.record({ address: fc.ipV4(), port: fc.nat(65_535) })),
    clientAddress: anything,
    deadline: fc.oneof(fc.double(), anything),
    handler: anything,
    serverAddress: anything,
    context: fc.oneof(fc.string(), anything),
  },
  { requiredKeys: [] },
);

/** A check lets a message through as it is, or throws the one error of the protocol. */
function check(validate: (value: unknown) => unknown, value: unknown): void {
  try {
    assert.equal(validate(value), value);
  } catch (error) {
    assert.equal((error as { code?: unknown }).code, 'ERR_SOCKETSERVER_PROTOCOL', String(error));
  }
}

export const MESSAGES: readonly Fuzz[] = [
  {
    name: 'whatever a child says is a message of the protocol, or refused',
    property: fc.property(fc.oneof(message, anything), (value) => check(checkFromChild, value)),
  },
  {
    name: 'whatever a parent says is a message of the protocol, or refused',
    property: fc.property(fc.oneof(message, anything), (value) => check(checkToChild, value)),
  },
];
