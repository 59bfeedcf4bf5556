import { cut, isErrorLike, MAX_READ, MAX_TEXT, textOf } from './bounded-text.js';

/** An error in a bounded form, which crosses to another thread or process, whatever was thrown. */
export interface SerializedError {
  readonly name: string;
  readonly message: string;
  readonly stack?: string | undefined;
  readonly code?: string | number | undefined;
  /** A text for a cause that is no error. */
  readonly cause?: SerializedError | string | undefined;
  /** What was thrown was no error: its text is the message. */
  readonly thrown?: boolean | undefined;
}

/** Causes are followed this far: a chain can be a circle. */
const MAX_CAUSES = 8;

/** Never throws: an error that cannot be read is replaced by one that says so. */
export function serializeError(value: unknown): SerializedError {
  try {
    return serialize(value, 0);
  } catch {
    return thrown('a value that throws when it is read');
  }
}

function serialize(value: unknown, depth: number): SerializedError {
  if (!isErrorLike(value)) return thrown(textOf(value));
  const { name, message, code, cause } = value;
  // It is made when it is first read, of name and message, whatever those are.
  const stack: unknown = typeof name === 'string' && typeof message === 'string' ? value.stack : undefined;
  return {
    name: textOf(name),
    message: textOf(message),
    stack: typeof stack === 'string' ? cutStack(stack, `${textOf(name)}: `, message) : undefined,
    code: typeof code === 'string' ? cut(code) : typeof code === 'number' ? code : undefined,
    cause: depth >= MAX_CAUSES ? undefined : serializeCause(cause, depth + 1),
    thrown: false,
  };
}

/** A stack begins with the message. Of a long one the rest is worth less than where the error was thrown. */
function cutStack(stack: string, name: string, message: unknown): string | undefined {
  if (stack.length > MAX_READ) return undefined;
  const isLong = typeof message === 'string' && message.length > MAX_TEXT;
  const frames = isLong ? stack.indexOf('\n    at ', message.length) : -1;
  return frames === -1 ? cut(stack) : name + textOf(message) + cut(stack.slice(frames));
}

function serializeCause(cause: unknown, depth: number): SerializedError | string | undefined {
  if (cause === undefined) return undefined;
  return isErrorLike(cause) ? serialize(cause, depth) : textOf(cause);
}

function thrown(text: string): SerializedError {
  return { name: 'Error', message: `Thrown by the handler: ${text}`, thrown: true };
}

/** Whether it is what {@link serializeError} returns: what a worker sends may be anything. */
export function isSerializedError(value: unknown, depth = 0): value is SerializedError {
  if (typeof value !== 'object' || value === null || depth > MAX_CAUSES) return false;
  const { name, message, stack, code, cause } = value as Record<string, unknown>;
  return (
    typeof name === 'string' &&
    typeof message === 'string' &&
    (stack === undefined || typeof stack === 'string') &&
    (code === undefined || typeof code === 'string' || typeof code === 'number') &&
    (cause === undefined || typeof cause === 'string' || isSerializedError(cause, depth + 1))
  );
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
