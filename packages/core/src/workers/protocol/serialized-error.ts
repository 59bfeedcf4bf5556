import { inspect } from 'node:util';

/** An error in a form that crosses to another thread or process whole, whatever was thrown. */
export interface SerializedError {
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  readonly code: string | number | undefined;
  /** A text for one that is no error. */
  readonly cause: SerializedError | string | undefined;
  /** What was thrown was no error: its text is the message. */
  readonly thrown: boolean;
}

/** Causes are followed this far: a chain can be a circle. */
const MAX_CAUSES = 8;

/** Never throws: an error that cannot be read is told of by one that can. */
export function serializeError(value: unknown): SerializedError {
  try {
    return pack(value, 0);
  } catch {
    return packThrown('a value that throws when it is read');
  }
}

function pack(value: unknown, depth: number): SerializedError {
  if (!isErrorLike(value)) return packThrown(textOf(value));
  const { name, message, stack, code, cause } = value;
  return {
    name: String(name),
    message: String(message),
    stack: typeof stack === 'string' ? stack : undefined,
    code: typeof code === 'string' || typeof code === 'number' ? code : undefined,
    cause: depth >= MAX_CAUSES ? undefined : packCause(cause, depth + 1),
    thrown: false,
  };
}

function packCause(cause: unknown, depth: number): SerializedError | string | undefined {
  if (cause === undefined) return undefined;
  return isErrorLike(cause) ? pack(cause, depth) : textOf(cause);
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : inspect(value);
}

function packThrown(text: string): SerializedError {
  const message = `Thrown by the handler: ${text}`;
  return { name: 'Error', message, stack: undefined, code: undefined, cause: undefined, thrown: true };
}

/** The error as the other side threw it: name, message, stack, code and cause are kept; its class is Error. */
export function deserializeError(packed: SerializedError): Error {
  const { cause } = packed;
  const options = { cause: typeof cause === 'object' ? deserializeError(cause) : cause };
  const error = new Error(packed.message, cause === undefined ? {} : options);
  define(error, 'name', packed.name);
  define(error, 'stack', packed.stack ?? `${packed.name}: ${packed.message}`);
  if (packed.code !== undefined) Object.assign(error, { code: packed.code });
  return error;
}

function define(error: Error, key: 'name' | 'stack', value: string): void {
  Object.defineProperty(error, key, { value, configurable: true, writable: true, enumerable: false });
}

/** By its shape: an error of another realm is no `instanceof Error`. */
function isErrorLike(value: unknown): value is Error & { code?: unknown } {
  return typeof value === 'object' && value !== null && 'message' in value && 'name' in value;
}
