import type { BoundAddress, ClientAddress } from '@socketserver/core';
import {
  isRequestEnd,
  type SerializedError,
  type HandlerReference,
  type RequestEnd,
  type RequestLimits,
} from '@socketserver/core/workers';
import { protocolError } from './errors.js';

/**
 * What parent and child tell each other, several messages at a time. No message carries code. Each side checks
 * what it gets; whatever does not fit ends the child.
 */
export type ToChild =
  | StartMessage
  | StreamMessage
  | DatagramMessage
  /** What became of the datagram that the child asked to have sent. */
  | { type: 'sent'; id: number; bytes: number; error?: SerializedError | undefined }
  /** The server is closing: every `signal` aborts. */
  | { type: 'abort'; reason: SerializedError }
  /** To be answered with 'alive'. */
  | { type: 'ping' }
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

interface RequestMessage {
  id: number;
  clientAddress: ClientAddress;
  /** When, in {@link monotonicMs}, the child has to leave it alone, for it may be given to another. */
  deadline: number;
}

export interface StreamMessage extends RequestMessage {
  type: 'stream';
  /** Whether the socket comes through the descriptor pipe; else it comes with the message. */
  piped: boolean;
}

export interface DatagramMessage extends RequestMessage {
  type: 'datagram';
  packet: Uint8Array;
}

export type FromChild =
  /** Its event loop turns. Said before it loads the handler, and when it is asked. */
  | { type: 'alive'; rss: number }
  /** The handler is loaded. `piped`: sockets can come through the descriptor pipe. */
  | { type: 'ready'; piped: boolean }
  /** The handler's module did not load. */
  | { type: 'failed'; error: SerializedError }
  /** The acknowledgement: from now on the request is the child's. Sent before its first byte is read. */
  | { type: 'begun'; id: number }
  /** The request was left alone: it came after its deadline, or its socket did not come at all. */
  | { type: 'returned'; id: number }
  /** `end` is left out when there is nothing else to tell of. */
  | { type: 'ended'; id: number; end?: RequestEnd | undefined }
  /** A datagram, from the server's socket. */
  | { type: 'send'; id: number; data: Uint8Array; address: ClientAddress }
  | { type: 'shutdown' }
  /** It wants no more requests: somebody sent it SIGTERM, or it may open no more sockets. */
  | { type: 'leaving' };

/** Where the child finds the descriptor pipe. The first four are stdin, stdout, stderr and the IPC channel. */
export const DESCRIPTOR_PIPE_FD = 4;

/** Bun's and Deno's `hrtime` starts with the process, as `performance.now()` does. */
const HRTIME_IS_SHARED = process.versions.bun === undefined && process.versions.deno === undefined;

/**
 * Milliseconds of the system's monotonic clock, which all processes of a machine share (unlike
 * `performance.now()`, which starts with the process).
 */
export function monotonicMs(): number {
  if (!HRTIME_IS_SHARED) return Math.floor(performance.timeOrigin + performance.now());
  return Number(process.hrtime.bigint() / 1_000_000n);
}

/** @throws {SocketServerError} ERR_SOCKETSERVER_PROTOCOL */
export function checkFromChild(value: unknown): FromChild[] {
  for (const message of asList(value)) checkOneFromChild(asRecord(message));
  return value as FromChild[];
}

function checkOneFromChild(message: Record<string, unknown>): void {
  switch (message['type']) {
    case 'ready':
      checkFlag(message['piped']);
      return;
    case 'shutdown':
    case 'leaving':
      return;
    case 'alive':
      checkNumber(message['rss']);
      return;
    case 'failed':
      checkError(message['error']);
      return;
    case 'begun':
    case 'returned':
      checkNumber(message['id']);
      return;
    case 'ended':
      checkNumber(message['id']);
      if (message['end'] !== undefined && !isRequestEnd(message['end']))
        throw protocolError('the end of a request', message['end']);
      return;
    case 'send':
      checkNumber(message['id']);
      checkBytes(message['data']);
      asRecord(message['address']);
      return;
    default:
      throw protocolError('a message of a child to have a known type', message['type']);
  }
}

/** @throws {SocketServerError} ERR_SOCKETSERVER_PROTOCOL */
export function checkToChild(value: unknown): ToChild[] {
  for (const message of asList(value)) checkOneToChild(asRecord(message));
  return value as ToChild[];
}

function checkOneToChild(message: Record<string, unknown>): void {
  switch (message['type']) {
    case 'start':
      asRecord(message['handler']);
      asRecord(message['serverAddress']);
      if (typeof message['context'] !== 'string') throw protocolError('a context', message['context']);
      if (message['limits'] !== undefined) asRecord(message['limits']);
      return;
    case 'stream':
      checkRequest(message);
      checkFlag(message['piped']);
      return;
    case 'datagram':
      checkRequest(message);
      checkBytes(message['packet']);
      return;
    case 'sent':
      checkNumber(message['id']);
      if (message['error'] !== undefined) checkError(message['error']);
      return;
    case 'abort':
      checkError(message['reason']);
      return;
    case 'end':
    case 'ping':
      return;
    default:
      throw protocolError('a message of the parent to have a known type', message['type']);
  }
}

function checkRequest(message: Record<string, unknown>): void {
  checkNumber(message['id']);
  asRecord(message['clientAddress']);
  if (typeof message['deadline'] !== 'number') throw protocolError('a deadline in ms', message['deadline']);
}

function asList(value: unknown): unknown[] {
  if (!Array.isArray(value)) throw protocolError('a list of messages', value);
  return value;
}

function asRecord(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null) throw protocolError('an object', value);
  return value as Record<string, unknown>;
}

function checkNumber(number: unknown): void {
  if (!Number.isSafeInteger(number)) throw protocolError('a whole number', number);
}

function checkFlag(flag: unknown): void {
  if (typeof flag !== 'boolean') throw protocolError('yes or no', flag);
}

function checkBytes(data: unknown): void {
  if (!ArrayBuffer.isView(data)) throw protocolError('bytes', data);
}

function checkError(error: unknown): void {
  const { name, message } = asRecord(error);
  if (typeof name !== 'string' || typeof message !== 'string') throw protocolError('an error', error);
}
