import { inspect } from 'node:util';

/** What of a value cannot cross to a worker, and where in it that is: `context.db.query`. */
export interface Uncloneable {
  readonly path: string;
  readonly value: unknown;
}

export interface UncloneableOptions {
  /** Whether a value crosses by itself. */
  readonly crosses: (value: unknown) => boolean;
  /** What is moved, and so need not cross by itself. */
  readonly moved?: readonly unknown[];
}

/**
 * The innermost value that keeps `value` from crossing; `value` itself if none in it does by itself.
 * @returns undefined if nothing does but what is moved
 */
export function findUncloneable(
  value: unknown,
  path: string,
  options: UncloneableOptions,
): Uncloneable | undefined {
  return find({ path, value }, options, new Set());
}

/** @param seen - holds off circles */
function find(
  { path, value }: Uncloneable,
  options: UncloneableOptions,
  seen: Set<unknown>,
): Uncloneable | undefined {
  const { crosses, moved = [] } = options;
  if (moved.includes(value) || crosses(value)) return undefined;
  seen.add(value);
  let holdsWhatIsMoved = false;
  for (const [step, part] of partsOf(value)) {
    if (seen.has(part) || crosses(part)) continue;
    const uncloneable = find({ path: path + step, value: part }, options, seen);
    if (uncloneable !== undefined) return uncloneable;
    holdsWhatIsMoved = true;
  }
  return holdsWhatIsMoved ? undefined : { path, value };
}

function partsOf(value: unknown): [step: string, part: unknown][] {
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return value.map((part, index) => [`[${index}]`, part]);
  if (value instanceof Map) {
    return [...value].flatMap(([key, part]): [string, unknown][] => [
      [`.key(${textOf(key)})`, key],
      [`.get(${textOf(key)})`, part],
    ]);
  }
  if (value instanceof Set) return [...value].map((part, index) => [`.values()[${index}]`, part]);
  return entriesOf(value).map(([key, part]) => [
    /^[\w$]+$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`,
    part,
  ]);
}

function textOf(key: unknown): string {
  return typeof key === 'string' ? JSON.stringify(key) : inspect(key);
}

/** None where a getter throws: then it is the object that cannot cross. */
function entriesOf(value: object): [string, unknown][] {
  try {
    return Object.entries(value);
  } catch {
    return [];
  }
}
