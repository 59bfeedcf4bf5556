import type { BoundAddress, ClientAddress } from '@socketserver/core';
import type { CrossingError, HandlerReference, RequestLimits } from '@socketserver/core/engine';
import { protocolError } from './errors.js';

/**
 * What parent and child tell each other. No message carries code. Each side checks what it gets; whatever does
 * not fit ends the child.
 */
export type ToChild =
  | StartMessage
  /** Comes with the socket. */
  | { type: 'stream'; id: number; clientAddress: ClientAddress; deadline: number }
  | { type: 'datagram'; id: number; clientAddress: ClientAddress; deadline: number; packet: Uint8Array }
  /** What became of the datagram that the child asked to have sent. */
  | { type: 'sent'; id: number; bytes: number; error?: CrossingError | undefined }
  /** The server is closing: every `signal` aborts. */
  | { type: 'abort'; reason: CrossingError }
  | { type: 'end' };

export interface StartMessage {
  type: 'start';
  handler: HandlerReference;
  serverAddress: BoundAddress;
  /** `v8.serialize`d, in base64: it crosses once, whatever serialization the channel uses. */
  context: string;
  /** How long requests may take. */
  limits?: RequestLimits | undefined;
}

export type FromChild =
  | { type: 'ready' }
  /** The handler's module did not load. */
  | { type: 'failed'; error: CrossingError }
  /** The acknowledgement: from now on the request is the child's. Sent before its first byte is read. */
  | { type: 'begun'; id: number }
  /** The request came after its deadline, so it was left alone: the parent may have given it to another child. */
  | { type: 'late'; id: number }
  | { type: 'ended'; id: number; error?: CrossingError | undefined }
  | { type: 'send'; id: number; request: number; data: Uint8Array; address: ClientAddress }
  | { type: 'shutdown' }
  /** Somebody sent it SIGTERM: it wants no more requests. */
  | { type: 'leaving' };

/**
 * Milliseconds of the system's monotonic clock, which all processes of a machine share (unlike
 * `performance.now()`, which starts with the process).
 */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint() / 1_000_000n);
}

/** @throws {SocketServerError} ERR_SOCKETSERVER_PROTOCOL */
export function checkFromChild(value: unknown): FromChild {
  const message = asRecord(value);
  switch (message['type']) {
    case 'ready':
    case 'shutdown':
    case 'leaving':
      break;
    case 'failed':
      checkError(message['error']);
      break;
    case 'begun':
    case 'late':
      checkId(message['id']);
      break;
    case 'ended':
      checkId(message['id']);
      if (message['error'] !== undefined) checkError(message['error']);
      break;
    case 'send':
      checkId(message['id']);
      checkId(message['request']);
      checkBytes(message['data']);
      asRecord(message['address']);
      break;
    default:
      throw protocolError('a message of a child to have a known type', message['type']);
  }
  return value as FromChild;
}

/** @throws {SocketServerError} ERR_SOCKETSERVER_PROTOCOL */
export function checkToChild(value: unknown): ToChild {
  const message = asRecord(value);
  switch (message['type']) {
    case 'start':
      asRecord(message['handler']);
      asRecord(message['serverAddress']);
      if (typeof message['context'] !== 'string') throw protocolError('a context', message['context']);
      if (message['limits'] !== undefined) asRecord(message['limits']);
      break;
    case 'stream':
      checkRequest(message);
      break;
    case 'datagram':
      checkRequest(message);
      checkBytes(message['packet']);
      break;
    case 'sent':
      checkId(message['id']);
      if (message['error'] !== undefined) checkError(message['error']);
      break;
    case 'abort':
      checkError(message['reason']);
      break;
    case 'end':
      break;
    default:
      throw protocolError('a message of the parent to have a known type', message['type']);
  }
  return value as ToChild;
}

function checkRequest(message: Record<string, unknown>): void {
  checkId(message['id']);
  asRecord(message['clientAddress']);
  if (typeof message['deadline'] !== 'number') throw protocolError('a deadline in ms', message['deadline']);
}

function asRecord(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null) throw protocolError('an object', value);
  return value as Record<string, unknown>;
}

function checkId(id: unknown): void {
  if (!Number.isSafeInteger(id)) throw protocolError('the number of a request', id);
}

function checkBytes(data: unknown): void {
  if (!ArrayBuffer.isView(data)) throw protocolError('bytes', data);
}

function checkError(error: unknown): void {
  const { name, message } = asRecord(error);
  if (typeof name !== 'string' || typeof message !== 'string') throw protocolError('an error', error);
}
