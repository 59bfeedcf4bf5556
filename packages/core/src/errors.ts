import type { Socket } from 'node:net';

/** Every code that `@socketserver/core` throws; `docs/errors.md` explains each with its cure. */
export const CORE_ERROR_CODES = [
  'ERR_SOCKETSERVER_BAD_ADDRESS',
  'ERR_SOCKETSERVER_BAD_ARGUMENT',
  'ERR_SOCKETSERVER_BAD_HANDLER',
  'ERR_SOCKETSERVER_ALREADY_SERVING',
  'ERR_SOCKETSERVER_CLOSED',
  'ERR_SOCKETSERVER_FROZEN_FIELD',
  'ERR_SOCKETSERVER_PATH_TAKEN',
  'ERR_SOCKETSERVER_BUNDLED',
  'ERR_SOCKETSERVER_NATIVE_MISSING',
  'ERR_SOCKETSERVER_UNSUPPORTED',
  'ERR_SOCKETSERVER_LINE_TOO_LONG',
  'ERR_SOCKETSERVER_READ_TOO_LARGE',
  'ERR_SOCKETSERVER_UNEXPECTED_EOF',
  'ERR_SOCKETSERVER_TIMEOUT',
  'ERR_SOCKETSERVER_CONNECTION_CLOSED',
] as const;

/** Every code of workers; both engines have the same. */
export const WORKER_ERROR_CODES = [
  'ERR_SOCKETSERVER_ALREADY_READ',
  'ERR_SOCKETSERVER_BAD_CONTEXT',
  'ERR_SOCKETSERVER_NOT_LISTENING',
  'ERR_SOCKETSERVER_PROTOCOL',
  'ERR_SOCKETSERVER_STUCK',
  'ERR_SOCKETSERVER_WORKER_DIED',
  'ERR_SOCKETSERVER_WORKER_START',
] as const;

/** What `code` of a {@link SocketServerError} can be. */
export type ErrorCode = (typeof CORE_ERROR_CODES)[number] | (typeof WORKER_ERROR_CODES)[number];

/**
 * The one error class of the project. Errors of the system (EADDRINUSE, EACCES, ECONNRESET, …) are not
 * wrapped: they keep their own class and `code`.
 */
export class SocketServerError extends Error {
  override readonly name = 'SocketServerError';
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** For a field or an argument whose value cannot be. */
export function badArgument(name: string, expected: string, got: unknown): SocketServerError {
  return new SocketServerError(
    'ERR_SOCKETSERVER_BAD_ARGUMENT',
    `Expected \`${name}\` to be ${expected}, got ${describe(got)}`,
  );
}

/** A field whose value is valid, and which this server cannot honour. */
export interface Refusal {
  /** The name of the field. */
  readonly field: string;
  /** What it has to be, and where: "true for a TCP server". */
  readonly expected: string;
  readonly got: unknown;
  /** The reason, and what to do. */
  readonly cure: string;
}

/** For what a server cannot honour: it is refused by name, never ignored. */
export function unsupported({ field, expected, got, cure }: Refusal): SocketServerError {
  return new SocketServerError(
    'ERR_SOCKETSERVER_UNSUPPORTED',
    `Expected \`${field}\` to be ${expected}, got ${describe(got)}; ${cure}`,
  );
}

/** For the use of a server that is closed. @param use - what needs an open one: "listen()" */
export function serverClosed(use: string): SocketServerError {
  return new SocketServerError(
    'ERR_SOCKETSERVER_CLOSED',
    `Expected an open server for ${use}, got one that is closed; make a new one`,
  );
}

/** For an answer to a datagram whose server is closed. */
export function closedForSending(): SocketServerError {
  return new SocketServerError(
    'ERR_SOCKETSERVER_CLOSED',
    'Expected the server to be open for `sendTo`, got one that is closed; answer before the handler returns',
  );
}

/** For a datagram that is to go where none can. */
export function badReceiver(expected: string, got: unknown): SocketServerError {
  return new SocketServerError(
    'ERR_SOCKETSERVER_BAD_ADDRESS',
    `Expected \`address\` to be ${expected}, got ${describe(got)}; use the request's clientAddress`,
  );
}

/** For mixins: why a connection that was to be handed to a worker cannot be any more. */
export function connectionClosed({ errored }: Socket, worker: string): Error {
  return (
    errored ??
    new SocketServerError(
      'ERR_SOCKETSERVER_CONNECTION_CLOSED',
      `Expected an open connection to hand to ${worker}, got one that was closed before; ` +
        'to refuse a client return false from verifyRequest()',
    )
  );
}

/** What a bad value looked like, for "Expected `x` to be …, got …": short, and safe to print. */
export function describe(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value.length > 120 ? `${value.slice(0, 120)}…` : value);
    case 'function':
      return `${isClass(value) ? 'class' : 'function'} ${value.name || '(anonymous)'}`;
    case 'object':
      if (Array.isArray(value)) return 'an array';
      return value === null ? 'null' : `an object with ${describeKeys(value)}`;
    default:
      return String(value);
  }
}

function isClass(value: object): boolean {
  return Function.prototype.toString.call(value).startsWith('class');
}

function describeKeys(value: object): string {
  const keys = Object.keys(value).slice(0, 5);
  return keys.length === 0 ? 'no fields' : keys.map((key) => `\`${key}\``).join(', ');
}
