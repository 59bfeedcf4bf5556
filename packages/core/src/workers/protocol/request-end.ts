import { markCut, ownError } from '../../execution/connection-end.js';
import {
  deserializeError,
  isSerializedError,
  type SerializedError,
} from '../../requests/serialized-error.js';

/** How a request ended in a worker. */
export interface RequestEnd {
  /** What it failed of. */
  readonly error?: SerializedError | undefined;
  /** Whether that is its connection's own error: the client has gone. */
  readonly disconnected?: boolean | undefined;
  /** Whether received bytes were not read, or written bytes were not sent. */
  readonly cut?: boolean | undefined;
}

/** What a worker says of a request's end may be anything. */
export function isRequestEnd(value: unknown): value is RequestEnd {
  if (typeof value !== 'object' || value === null) return false;
  const { error, disconnected, cut } = value as Record<string, unknown>;
  return (error === undefined || isSerializedError(error)) && isFlag(disconnected) && isFlag(cut);
}

function isFlag(value: unknown): boolean {
  return value === undefined || typeof value === 'boolean';
}

/**
 * For the main side: notes on a request what its worker tells of its end.
 * @returns what it failed of; undefined when its handler returned
 */
export function noteRequestEnd(request: object, { error, disconnected, cut }: RequestEnd): Error | undefined {
  if (cut === true) markCut(request);
  if (error === undefined) return undefined;
  const received = deserializeError(error);
  return disconnected === true ? ownError(request, received) : received;
}
