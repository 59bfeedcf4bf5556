import type { Socket } from 'node:net';
import type { MessagePort } from 'node:worker_threads';
import type { BoundAddress, ClientAddress } from '@socketserver/core';
import { protocolError } from './errors.js';
import type { PulseStart } from './pulse.js';
import {
  isRequestEnd,
  type SerializedError,
  type HandlerReference,
  type RequestEnd,
  type RequestLimits,
} from '@socketserver/core/workers';

/** What a thread is started with: the one task of piscina's that it ever gets. */
export interface ThreadStart {
  /** Carries everything that follows, in arrays of messages. */
  port: MessagePort;
  handler: HandlerReference;
  serverAddress: BoundAddress;
  context: unknown;
  limits: RequestLimits | undefined;
  /** The memory of a `BegunCell`. */
  begun: Int32Array;
  /** Undefined when nobody looks at it. */
  pulse: PulseStart | undefined;
}

/** What the thread answers to its start. */
export type ThreadReady =
  | { type: 'loaded'; threadId: number }
  | { type: 'failed'; threadId: number; error: SerializedError };

export type ToThread =
  /**
   * A connection: the number of a duplicated descriptor, or the transferred socket itself. `id` is its place in the
   * order in which requests begin, `slot` what its end is told with.
   */
  | { type: 'stream'; id: number; slot: number; socket: number | Socket; clientAddress: ClientAddress }
  | { type: 'datagram'; id: number; slot: number; packet: Uint8Array; clientAddress: ClientAddress }
  /** The outcome of a `send`. */
  | { type: 'sent'; answer: number; outcome: number | SerializedError }
  | { type: 'abort'; reason: SerializedError }
  /** No request will follow: write out what is buffered, and say `over`. */
  | { type: 'end' };

export type FromThread =
  /** The slot of a request that has ended, with nothing else to tell of. Most messages are this one. */
  | number
  | { type: 'ended'; slot: number; end: RequestEnd }
  /** Send a datagram from the server's socket; the outcome comes back under the number `answer`. */
  | { type: 'send'; answer: number; data: Uint8Array | string; address: ClientAddress }
  | { type: 'shutdown' }
  /** The answer to `end`. */
  | { type: 'over' };

/** What a thread said, if it is what a thread may say. @throws {SocketServerError} ERR_SOCKETSERVER_PROTOCOL */
export function checkFromThread(value: unknown): FromThread[] {
  if (!Array.isArray(value)) throw protocolError('a list of messages', value);
  for (const message of value as unknown[]) {
    if (!Number.isSafeInteger(message)) checkMessage(message);
  }
  return value as FromThread[];
}

function checkMessage(message: unknown): void {
  const { type, slot, end, answer, data, address } = asRecord(message);
  switch (type) {
    case 'ended':
      check(Number.isSafeInteger(slot), 'the slot of a request', slot);
      check(isRequestEnd(end), 'the end of a request', end);
      return;
    case 'send':
      check(Number.isSafeInteger(answer), 'the number of an answer', answer);
      check(isText(data) || ArrayBuffer.isView(data), 'bytes', data);
      asRecord(address);
      return;
    case 'shutdown':
    case 'over':
      return;
    default:
      throw protocolError('a message of a known type', type);
  }
}

function asRecord(value: unknown): Record<string, unknown> {
  check(typeof value === 'object' && value !== null, 'an object', value);
  return value as Record<string, unknown>;
}

function isText(value: unknown): boolean {
  return typeof value === 'string';
}

function check(isSo: boolean, expected: string, got: unknown): void {
  if (!isSo) throw protocolError(expected, got);
}
