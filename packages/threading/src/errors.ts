import { SocketServerError } from '@socketserver/core';
import { describe, findUncloneable } from '@socketserver/core/workers';

/** For a request whose thread ended before its handler did; `cause` is what ended the thread. */
export function threadDied(thread: string, cause: unknown): SocketServerError {
  return new SocketServerError(
    'ERR_SOCKETSERVER_THREAD_DIED',
    `Expected ${thread} to outlive its requests, got its end: ${messageOf(cause)}`,
    { cause },
  );
}

/** For requests that find no thread, after `deaths` threads in a row died without having served any. */
export function threadsFailed(deaths: number, cause: unknown): SocketServerError {
  return new SocketServerError(
    'ERR_SOCKETSERVER_THREADS_FAILED',
    `Expected a thread to load the handler and to serve, got ${deaths} in a row that ended before their first ` +
      `request, the last with: ${messageOf(cause)}`,
    { cause },
  );
}

/** For a thread that ended while it loaded the handler. */
export function threadDiedLoading(url: string, cause: unknown): SocketServerError {
  return new SocketServerError(
    'ERR_SOCKETSERVER_THREAD_DIED',
    `Expected a thread to load ${url}, got its end: ${messageOf(cause)}`,
    { cause },
  );
}

/** For a request whose thread was ended because its event loop had not turned for `ms`. */
export function threadStuck(thread: string, ms: number): SocketServerError {
  return new SocketServerError(
    'ERR_SOCKETSERVER_STUCK',
    `Expected the event loop of ${thread} to turn within \`stuckTimeout\`, got none for ${Math.floor(ms)} ms; ` +
      'give handlers that block or compute for so long a higher one, or 0',
  );
}

/** For a thread that was ended because it came to no end of loading the handler. */
export function stuckLoading(url: string, ms: number): SocketServerError {
  return new SocketServerError(
    'ERR_SOCKETSERVER_STUCK',
    `Expected ${url} to be loaded, got an event loop that has not turned for ${Math.floor(ms)} ms; ` +
      'look for an endless loop, or raise `stuckTimeout`',
  );
}

export function notListening(what: string): SocketServerError {
  return new SocketServerError(
    'ERR_SOCKETSERVER_NOT_LISTENING',
    `Expected a server that listens for ${what}, got one that does not yet; await listen() before`,
  );
}

/** For a thread that says what this library never does; the thread is ended with it. */
export function protocolError(expected: string, got: unknown): SocketServerError {
  return new SocketServerError(
    'ERR_SOCKETSERVER_PROTOCOL',
    `Expected ${expected}, got ${describe(got)}; only this library may use the port between a thread and the server`,
  );
}

export function alreadyRead(bytes: number): SocketServerError {
  return new SocketServerError(
    'ERR_SOCKETSERVER_ALREADY_READ',
    `Expected a connection that nobody has read from, got one with ${bytes} bytes read on the main side; ` +
      'read in the handler, not in verifyRequest()',
  );
}

/** @param transfer - what of the context is moved to the thread; the user's, so it may be no list */
export function badContext(
  cause: unknown,
  { context, transfer }: { context: unknown; transfer: unknown },
): SocketServerError {
  const moved: unknown[] = Array.isArray(transfer) ? transfer : [];
  const uncloneable = findUncloneable(context, 'context', { crosses: isCloneable, moved });
  return new SocketServerError(
    'ERR_SOCKETSERVER_BAD_CONTEXT',
    uncloneable === undefined
      ? `Expected \`transfer\` to be a list of what can be transferred, got: ${messageOf(cause)}`
      : `Expected \`${uncloneable.path}\` to be what structured clone takes, got ${describe(uncloneable.value)}; ` +
          'override threadContext() to give each thread a value of its own, or to transfer what cannot be cloned',
    { cause },
  );
}

function isCloneable(value: unknown): boolean {
  try {
    structuredClone(value);
    return true;
  } catch {
    return false;
  }
}

export function badField(name: string, expected: string, got: unknown): SocketServerError {
  return new SocketServerError(
    'ERR_SOCKETSERVER_BAD_ARGUMENT',
    `Expected \`${name}\` to be ${expected}, got ${describe(got)}`,
  );
}

export function closed(what: string): SocketServerError {
  return new SocketServerError(
    'ERR_SOCKETSERVER_CLOSED',
    `Expected an open server for ${what}, got one that is closed; make a new one`,
  );
}

function messageOf(cause: unknown): string {
  return typeof cause === 'object' && cause !== null && 'message' in cause
    ? String(cause.message)
    : String(cause);
}

/** The cause of what ends because the server does. */
export function ended(): Error {
  return new Error('the server ended it');
}
