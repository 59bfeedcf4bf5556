import { SocketServerError } from '../errors.js';
import { checkMs, checkMsOrNull } from '../validation.js';

/** @see RequestLimits.timeoutGrace */
export const TIMEOUT_GRACE_MS = 1_000;
/** @see RequestLimits.closeDelay */
export const CLOSE_DELAY_MS = 100;

/** How long a request may take, in milliseconds; null: for ever. They are enforced where the handler runs. */
export interface RequestLimits {
  /** From the first step of the handler until the connection is closed. */
  readonly requestTimeout: number | null;
  /** Until the client's first byte. */
  readonly handshakeTimeout: number | null;
  /** While the client takes nothing of what is sent to it. */
  readonly writeTimeout: number | null;
  /** From the abort of the handler's `signal` to the end of its connection. */
  readonly timeoutGrace: number;
  /** That a client which has said nothing yet gets for its first bytes when the server closes. */
  readonly closeDelay: number;
}

/** What each of the fields has to be. @throws {SocketServerError} ERR_SOCKETSERVER_BAD_ARGUMENT naming the field */
export const LIMIT_CHECKS = {
  requestTimeout: (ms: number | null) => checkMsOrNull('requestTimeout', ms),
  handshakeTimeout: (ms: number | null) => checkMsOrNull('handshakeTimeout', ms),
  writeTimeout: (ms: number | null) => checkMsOrNull('writeTimeout', ms),
  timeoutGrace: (ms: number) => checkMs('timeoutGrace', ms),
  closeDelay: (ms: number) => checkMs('closeDelay', ms),
} as const;

/**
 * A server's limits, in a form that crosses to a worker; undefined when it has none, which costs a request nothing.
 * @throws {SocketServerError} ERR_SOCKETSERVER_BAD_ARGUMENT naming the field that is wrong
 */
export function requestLimits(fields: RequestLimits): RequestLimits | undefined {
  const { requestTimeout, handshakeTimeout, writeTimeout, timeoutGrace, closeDelay } = fields;
  LIMIT_CHECKS.timeoutGrace(timeoutGrace);
  LIMIT_CHECKS.closeDelay(closeDelay);
  LIMIT_CHECKS.requestTimeout(requestTimeout);
  LIMIT_CHECKS.handshakeTimeout(handshakeTimeout);
  LIMIT_CHECKS.writeTimeout(writeTimeout);
  const isDefault =
    requestTimeout === null &&
    handshakeTimeout === null &&
    writeTimeout === null &&
    timeoutGrace === TIMEOUT_GRACE_MS &&
    closeDelay === CLOSE_DELAY_MS;
  return isDefault ? undefined : { requestTimeout, handshakeTimeout, writeTimeout, timeoutGrace, closeDelay };
}

/** For a request that took too long; the message names the field that was passed. */
export function timedOut(field: string, expected: string, got: string): SocketServerError {
  return new SocketServerError('ERR_SOCKETSERVER_TIMEOUT', `Expected ${expected} (\`${field}\`), got ${got}`);
}
