/** What of a value cannot cross to a worker, and where in it that is: `context.db.query`. */
export interface Culprit {
  readonly path: string;
  readonly value: unknown;
}

export interface CulpritOptions {
  /** Whether a value crosses by itself. */
  readonly crosses: (value: unknown) => boolean;
  /** What is moved, and so need not cross by itself. */
  readonly moved?: readonly unknown[];
}

/** The innermost value that keeps `value` from crossing; `value` itself if none in it does. */
export function findCulprit(value: unknown, path: string, options: CulpritOptions): Culprit {
  return find({ path, value }, options, new Set()) ?? { path, value };
}

/** @param seen - holds off circles */
function find({ path, value }: Culprit, options: CulpritOptions, seen: Set<unknown>): Culprit | undefined {
  const { crosses, moved = [] } = options;
  if (moved.includes(value) || seen.has(value) || crosses(value)) return undefined;
  seen.add(value);
  let holdsWhatIsMoved = false;
  for (const [step, part] of partsOf(value)) {
    if (crosses(part)) continue;
    const culprit = find({ path: path + step, value: part }, options, seen);
    if (culprit !== undefined) return culprit;
    holdsWhatIsMoved = true;
  }
  return holdsWhatIsMoved ? undefined : { path, value };
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
  return entriesOf(value).map(([key, part]) => [
    /^[\w$]+$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`,
    part,
  ]);
}

/** None where a getter throws: then it is the object that cannot cross. */
function entriesOf(value: object): [string, unknown][] {
  try {
    return Object.entries(value);
  } catch {
    return [];
  }
}
