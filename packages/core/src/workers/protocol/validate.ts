import { protocolError } from '../errors.js';
import { areSends } from './datagrams.js';
import type { FromWorker } from './messages.js';
import { isRequestEnd } from './request-end.js';
import { isSerializedError } from '../../requests/serialized-error.js';

/** A list of messages, if it is what a worker may say. @throws {SocketServerError} ERR_SOCKETSERVER_PROTOCOL */
export function checkFromWorker(value: unknown): FromWorker[] {
  if (!Array.isArray(value)) throw protocolError('a list of messages', value);
  for (const message of value as unknown[]) {
    if (!Number.isSafeInteger(message)) checkNamed(message);
  }
  return value as FromWorker[];
}

function checkNamed(message: unknown): void {
  const { type, id, end, error, clientAddress, memoryBytes, sends, data } = asRecord(message);
  switch (type) {
    case 'ready':
    case 'shutdown':
    case 'draining':
    case 'over':
    case 'no-descriptors':
    case 'stopped':
    case 'idle':
    case 'due':
      return;
    case 'alive':
      check(Number.isSafeInteger(memoryBytes), 'a number of bytes', memoryBytes);
      return;
    case 'failed':
    case 'accept-failed':
      check(isSerializedError(error), 'an error', error);
      return;
    case 'failure':
      check(isSerializedError(error), 'an error', error);
      asRecord(clientAddress);
      return;
    case 'begun':
    case 'returned':
      check(Number.isSafeInteger(id), 'the id of a request', id);
      return;
    case 'ended':
      check(Number.isSafeInteger(id), 'the id of a request', id);
      check(isRequestEnd(end), 'the end of a request', end);
      return;
    case 'sends':
      check(areSends(sends, data), 'datagrams with their bytes', sends);
      return;
    default:
      throw protocolError('a message of a known type', type);
  }
}

function asRecord(value: unknown): Record<string, unknown> {
  check(typeof value === 'object' && value !== null, 'an object', value);
  return value as Record<string, unknown>;
}

function check(isValid: boolean, expected: string, got: unknown): void {
  if (!isValid) throw protocolError(expected, got);
}
