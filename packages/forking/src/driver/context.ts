import { deserialize, serialize } from 'node:v8';
import { badContext } from '@socketserver/core/workers/runtime';

/**
 * The context in the form in which it crosses.
 * @throws {SocketServerError} ERR_SOCKETSERVER_BAD_CONTEXT with the path of the value that cannot
 */
export function packContext(context: unknown): Uint8Array {
  try {
    return serialize(context);
  } catch (cause) {
    throw badContext(context, { by: 'v8.serialize', crosses, cause });
  }
}

export function unpackContext(packed: Uint8Array): unknown {
  return deserialize(packed);
}

function crosses(value: unknown): boolean {
  try {
    serialize(value);
    return true;
  } catch {
    return false; // the caller goes on to say which part of it cannot
  }
}
