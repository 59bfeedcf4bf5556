import { SocketServerError } from '../errors.js';
import { checkCount, checkMs, checkMsOrNull } from '../validation.js';

/** @see RequestLimits.timeoutGrace */
export const TIMEOUT_GRACE_MS = 1_000;
/** @see RequestLimits.closeDelay */
export const CLOSE_DELAY_MS = 100;

/** Bytes. @see RequestLimits.maxReadSize */
export const MAX_READ_BYTES = 16 * 1_048_576;

/** How much a request may take, in milliseconds and bytes; null: without an end. Enforced where the handler runs. */
export interface RequestLimits {
  /** From the call of `verifyRequest()` until the connection is closed. */
  readonly requestTimeout: number | null;
  /** Until the client's first byte. */
  readonly handshakeTimeout: number | null;
  /** While the client takes nothing of what is sent to it. */
  readonly writeTimeout: number | null;
  /** Bytes that one read of `rfile` gathers. */
  readonly maxReadSize: number | null;
  /** From the abort of the handler's `signal` to the end of its connection. */
  readonly timeoutGrace: number;
  /** That a client which has said nothing yet gets for its first bytes when the server closes. */
  readonly closeDelay: number;
}

/** Those that depend on the kind of socket. */
export type SocketLimits = Pick<RequestLimits, 'handshakeTimeout' | 'writeTimeout' | 'maxReadSize'>;

/** What each of the fields has to be. @throws {SocketServerError} ERR_SOCKETSERVER_BAD_ARGUMENT naming the field */
export const LIMIT_CHECKS = {
  requestTimeout: (ms: number | null) => checkMsOrNull('requestTimeout', ms),
  handshakeTimeout: (ms: number | null) => checkMsOrNull('handshakeTimeout', ms),
  writeTimeout: (ms: number | null) => checkMsOrNull('writeTimeout', ms),
  maxReadSize: (bytes: number | null) => {
    if (bytes !== null && bytes !== Infinity) checkCount('maxReadSize', bytes);
  },
  timeoutGrace: (ms: number) => checkMs('timeoutGrace', ms),
  closeDelay: (ms: number) => checkMs('closeDelay', ms),
} as const;

/**
 * A server's limits, in a form that crosses to a worker, which Infinity does not.
 * @throws {SocketServerError} ERR_SOCKETSERVER_BAD_ARGUMENT naming the field that is wrong
 */
export function requestLimits(fields: RequestLimits): RequestLimits {
  const { requestTimeout, handshakeTimeout, writeTimeout, maxReadSize, timeoutGrace, closeDelay } = fields;
  LIMIT_CHECKS.timeoutGrace(timeoutGrace);
  LIMIT_CHECKS.closeDelay(closeDelay);
  LIMIT_CHECKS.requestTimeout(requestTimeout);
  LIMIT_CHECKS.handshakeTimeout(handshakeTimeout);
  LIMIT_CHECKS.writeTimeout(writeTimeout);
  LIMIT_CHECKS.maxReadSize(maxReadSize);
  const maxBytes = maxReadSize === Infinity ? null : maxReadSize;
  return { requestTimeout, handshakeTimeout, writeTimeout, maxReadSize: maxBytes, timeoutGrace, closeDelay };
}

/** For a request that took too long; the message names the field that was passed. */
export function timedOut(field: string, expected: string, got: string): SocketServerError {
  return new SocketServerError('ERR_SOCKETSERVER_TIMEOUT', `Expected ${expected} (\`${field}\`), got ${got}`);
}
