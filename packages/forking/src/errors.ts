import { SocketServerError } from '@socketserver/core';
import { describe } from '@socketserver/core/workers';

/** How a process ended: by a signal, or with an exit code. */
export interface ProcessEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A child ended while this request ran in it. */
export function childDied(pid: number | undefined, end: ProcessEnd, cause?: unknown): SocketServerError {
  return new SocketServerError(
    'ERR_SOCKETSERVER_CHILD_DIED',
    `Expected child ${pid} to finish the request, got its end ${byWhat(end)}`,
    cause === undefined ? undefined : { cause },
  );
}

/** A child ended, or could not be spawned, before it was ready. */
export function childStart(got: string, cause?: unknown): SocketServerError {
  return new SocketServerError(
    'ERR_SOCKETSERVER_CHILD_START',
    `Expected a child process to start and load the handler, got ${got}`,
    cause === undefined ? undefined : { cause },
  );
}

/** A child was ended because its event loop had not turned for so long, with this request begun or while it loaded. */
export function childStuck(pid: number | undefined, ms: number): SocketServerError {
  return new SocketServerError(
    'ERR_SOCKETSERVER_STUCK',
    `Expected the event loop of child ${pid} to turn within \`stuckTimeout\`, got none for ${ms} ms; ` +
      'give handlers that block or compute for so long a higher one, or 0',
  );
}

export function protocolError(expected: string, got: unknown): SocketServerError {
  return new SocketServerError(
    'ERR_SOCKETSERVER_PROTOCOL',
    `Expected ${expected}, got ${describe(got)}; only this library may use the child's IPC channel`,
  );
}

export function badContext(path: string, got: string): SocketServerError {
  return new SocketServerError(
    'ERR_SOCKETSERVER_BAD_CONTEXT',
    `Expected \`${path}\` to be a value that can cross to a child process (v8.serialize), got ${got}`,
  );
}

export function closed(): SocketServerError {
  return new SocketServerError(
    'ERR_SOCKETSERVER_CLOSED',
    'Expected an open server for a request to run, got one that is closing; its connection is closed',
  );
}

/** The server was closed while children were starting. */
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

/** `by SIGKILL`, `with exit code 1`. */
export function byWhat({ code, signal }: ProcessEnd): string {
  return signal === null ? `with exit code ${code}` : `by ${signal}`;
}
