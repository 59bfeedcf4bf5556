import { deserialize, serialize } from 'node:v8';
import { describe, findUncloneable } from '@socketserver/core/workers';
import { badContext } from './errors.js';

/**
 * The context in the form in which it crosses.
 * @throws {SocketServerError} ERR_SOCKETSERVER_BAD_CONTEXT with the path of the value that cannot
 */
export function packContext(context: unknown): string {
  const packed = trySerialize(context);
  if (packed !== undefined) return packed.toString('base64');
  const uncloneable = findUncloneable(context, 'context', { crosses });
  throw badContext(uncloneable?.path ?? 'context', describe(uncloneable?.value));
}

export function unpackContext(packed: string): unknown {
  return deserialize(Buffer.from(packed, 'base64'));
}

function crosses(value: unknown): boolean {
  return trySerialize(value) !== undefined;
}

function trySerialize(value: unknown): Buffer | undefined {
  try {
    return serialize(value);
  } catch {
    return undefined; // the caller goes on to say which part of it cannot
  }
}
