import { deserialize, serialize } from 'node:v8';
import { describe } from '@socketserver/core/engine';
import { badContext } from './errors.js';

/**
 * The context in the form in which it crosses.
 * @throws {SocketServerError} ERR_SOCKETSERVER_BAD_CONTEXT with the path of the value that cannot
 */
export function packContext(context: unknown): string {
  const packed = trySerialize(context);
  if (packed !== undefined) return packed.toString('base64');
  const { path, value } = findCulprit(context, 'context', new Set());
  throw badContext(path, describe(value));
}

export function unpackContext(packed: string): unknown {
  return deserialize(Buffer.from(packed, 'base64'));
}

function trySerialize(value: unknown): Buffer | undefined {
  try {
    return serialize(value);
  } catch {
    return undefined; // the caller goes on to say which part of it cannot
  }
}

/** The innermost value that fails by itself. `seen` holds off circles. */
function findCulprit(value: unknown, path: string, seen: Set<unknown>): { path: string; value: unknown } {
  seen.add(value);
  for (const [step, part] of partsOf(value)) {
    if (seen.has(part) || trySerialize(part) !== undefined) continue;
    return findCulprit(part, path + step, seen);
  }
  return { path, value };
}

function partsOf(value: unknown): [step: string, part: unknown][] {
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return value.map((part, index) => [`[${index}]`, part]);
  if (value instanceof Map) {
    return [...value].flatMap(([key, part]): [string, unknown][] => [
      [`.key(${String(key)})`, key],
      [`.get(${JSON.stringify(key)})`, part],
    ]);
  }
  if (value instanceof Set) return [...value].map((part, index) => [`.values()[${index}]`, part]);
  return Object.entries(value).map(([key, part]) => [
    /^[\w$]+$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`,
    part,
  ]);
}
