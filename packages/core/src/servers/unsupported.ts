import { describe, SocketServerError } from '../errors.js';

/** A field that has a value which is valid, and which this server cannot honour. */
export interface Refusal {
  /** The name of the field, as the user knows it. */
  readonly field: string;
  /** "true for a TCP server". */
  readonly expected: string;
  readonly got: unknown;
  /** Why not, and what to do. */
  readonly cure: string;
}

/** For what cannot be honoured: it is refused by name, and never ignored. */
export function unsupported({ field, expected, got, cure }: Refusal): SocketServerError {
  return new SocketServerError(
    'ERR_SOCKETSERVER_UNSUPPORTED',
    `Expected \`${field}\` to be ${expected}, got ${describe(got)}; ${cure}`,
  );
}
