import { SocketServerError } from '@socketserver/core';
import { describe } from '@socketserver/core/engine';

/** Every code that `@socketserver/forking` throws; `docs/errors.md` explains each with its cure. */
export const FORKING_ERROR_CODES = [
  'ERR_SOCKETSERVER_BAD_ARGUMENT',
  'ERR_SOCKETSERVER_BAD_CONTEXT',
  'ERR_SOCKETSERVER_CHILD_DIED',
  'ERR_SOCKETSERVER_CHILD_START',
  'ERR_SOCKETSERVER_CLOSED',
  'ERR_SOCKETSERVER_PROTOCOL',
] as const;

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

export function closedWhileStarting(): SocketServerError {
  return new SocketServerError(
    'ERR_SOCKETSERVER_CLOSED',
    'Expected the server to stay open until its children had started, got a close(); make a new one',
  );
}

/** `by SIGKILL`, `with exit code 1`. */
export function byWhat({ code, signal }: ProcessEnd): string {
  return signal === null ? `with exit code ${code}` : `by ${signal}`;
}
