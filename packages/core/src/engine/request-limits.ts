import { SocketServerError } from '../errors.js';
import { checkMs } from '../timing.js';

/** @see RequestLimits.timeoutGrace */
export const TIMEOUT_GRACE_MS = 1_000;

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
}

/**
 * A server's limits, in a form that crosses to a worker; undefined when it has none, which costs a request nothing.
 * @throws {SocketServerError} ERR_SOCKETSERVER_BAD_ARGUMENT naming the field that is wrong
 */
export function requestLimits(fields: RequestLimits): RequestLimits | undefined {
  const { requestTimeout, handshakeTimeout, writeTimeout, timeoutGrace } = fields;
  checkMs('timeoutGrace', timeoutGrace);
  const timeouts = { requestTimeout, handshakeTimeout, writeTimeout };
  for (const [name, ms] of Object.entries(timeouts)) if (ms !== null) checkMs(name, ms);
  const isDefault =
    requestTimeout === null &&
    handshakeTimeout === null &&
    writeTimeout === null &&
    timeoutGrace === TIMEOUT_GRACE_MS;
  return isDefault ? undefined : { ...timeouts, timeoutGrace };
}

/** For a request that took too long; the message names the field that says so. */
export function timedOut(field: string, expected: string, got: string): SocketServerError {
  return new SocketServerError('ERR_SOCKETSERVER_TIMEOUT', `Expected ${expected} (\`${field}\`), got ${got}`);
}
