import { describe, SocketServerError } from '../errors.js';
import { findUncloneable } from './protocol/find-uncloneable.js';

/** Every worker of both engines fails with one of these; `docs/errors.md` has cause and cure of each. */

/** For requests that a worker had begun when it ended. @param how - `exit code 1`, `SIGKILL`, a thrown error's message */
export function workerDied(worker: string, how: string, cause?: unknown): SocketServerError {
  return new SocketServerError(
    'ERR_SOCKETSERVER_WORKER_DIED',
    `Expected ${worker} to finish its requests, got its end: ${how}`,
    cause === undefined ? undefined : { cause },
  );
}

/** A worker ended, or could not be made, before it had loaded the handler. */
export function workerStart(worker: string, how: string, cause?: unknown): SocketServerError {
  return new SocketServerError(
    'ERR_SOCKETSERVER_WORKER_START',
    `Expected ${worker} to start and load the handler, got its end: ${how}`,
    cause === undefined ? undefined : { cause },
  );
}

/** Every row of the memory that workers share is taken. */
export function noRowLeft(workers: number): SocketServerError {
  return workerStart('one more worker that accepts for itself', `${workers} others are not gone yet`);
}

/** Workers end one after the other before they have served a request. */
export function workersFailed(failures: number, cause: unknown): SocketServerError {
  return new SocketServerError(
    'ERR_SOCKETSERVER_WORKER_START',
    `Expected a worker to load the handler and to serve, got ${failures} failures in a row, the last: ${messageOf(cause)}; ` +
      'the next try follows by itself, within a second',
    { cause },
  );
}

/** Whether an error for which a worker was ended says all that its requests need to know; any other one is their cause. */
export function tellsAll(error: unknown): boolean {
  const { code } = Object(error) as { code?: unknown };
  return code === 'ERR_SOCKETSERVER_STUCK' || code === 'ERR_SOCKETSERVER_WORKER_DIED';
}

/** No worker can be started, because so many are blocked that cannot be ended. */
export function workersBlocked(blocked: number): SocketServerError {
  return new SocketServerError(
    'ERR_SOCKETSERVER_STUCK',
    `Expected a worker that serves, got ${blocked} that are blocked and cannot be ended; clients are refused until one of ` +
      'them returns: look for a system call of the handler that blocks, and give it a time limit',
  );
}

/** A worker was ended because `reload()` had replaced it, and its requests had not ended. */
export function reloadGraceOver(worker: string, ms: number): SocketServerError {
  return new SocketServerError(
    'ERR_SOCKETSERVER_WORKER_DIED',
    `Expected ${worker} to finish its requests after reload(), got some that still ran after \`graceMs\` (${ms} ms); ` +
      'heed `signal` in the handler, or raise `graceMs`',
  );
}

/** A worker was ended because its event loop did not turn for `ms`. */
export function workerStuck(worker: string, ms: number): SocketServerError {
  return new SocketServerError(
    'ERR_SOCKETSERVER_STUCK',
    `Expected ${worker} to answer within \`stuckTimeout\`, got a blocked event loop for ${Math.floor(ms)} ms; ` +
      'raise `stuckTimeout`, or make it 0, for handlers that block or compute for so long',
  );
}

/** A worker was ended because it came to no end of loading the handler. */
export function stuckLoading(url: string, ms: number): SocketServerError {
  return new SocketServerError(
    'ERR_SOCKETSERVER_STUCK',
    `Expected ${url} to be loaded, got a blocked event loop for ${Math.floor(ms)} ms; ` +
      'look for an endless loop in the module, or raise `stuckTimeout`',
  );
}

/** A worker said what this library never says; it is ended with this. */
export function protocolError(expected: string, got: unknown): SocketServerError {
  return new SocketServerError(
    'ERR_SOCKETSERVER_PROTOCOL',
    `Expected ${expected}, got ${describe(got)}; only this library may use the channel between a worker and the server`,
  );
}

/** The request finds no worker any more. */
export function closed(): SocketServerError {
  return new SocketServerError(
    'ERR_SOCKETSERVER_CLOSED',
    'Expected an open server for a request to run, got one that is closing; its connection is closed',
  );
}

/** The server was closed before or meanwhile. @param what - `listen()` */
export function closedBefore(what: string): SocketServerError {
  return new SocketServerError(
    'ERR_SOCKETSERVER_CLOSED',
    `Expected an open server for ${what}, got one that is closed; make a new one`,
  );
}

export function notListening(what: string): SocketServerError {
  return new SocketServerError(
    'ERR_SOCKETSERVER_NOT_LISTENING',
    `Expected a server that listens for ${what}, got one that does not yet; await listen() before`,
  );
}

export interface ContextCrossing {
  /** `structured clone`, `v8.serialize`. */
  readonly by: string;
  readonly crosses: (value: unknown) => boolean;
  /** What is moved, and so need not cross by itself. */
  readonly moved?: readonly unknown[];
  /** What to do, if there is something. */
  readonly cure?: string;
  readonly cause?: unknown;
}

/** The context holds a value that cannot cross to a worker; the message has its path. */
export function badContext(
  context: unknown,
  { by, crosses, moved = [], cure, cause }: ContextCrossing,
): SocketServerError {
  const found = findUncloneable(context, 'context', { crosses, moved });
  const got = found === undefined ? messageOf(cause) : describe(found.value);
  return new SocketServerError(
    'ERR_SOCKETSERVER_BAD_CONTEXT',
    `Expected \`${found?.path ?? 'context'}\` to be a value that can cross to a worker (${by}), got ${got}` +
      (cure === undefined ? '' : `; ${cure}`),
    cause === undefined ? undefined : { cause },
  );
}

/** The text of whatever was thrown. */
export function messageOf(cause: unknown): string {
  const isError = typeof cause === 'object' && cause !== null && 'message' in cause;
  return String(isError ? cause.message : cause);
}
