import { describe, SocketServerError } from '../errors.js';

/** What a field that can change while the server listens does when it is set. */
export interface FieldRule {
  /** Throws for an invalid value; the field then keeps the old one. */
  check?(value: never): void;
  /** Called after the field was set. */
  onSet?(): void;
}

/**
 * From now on setting one of these fields throws ERR_SOCKETSERVER_FROZEN_FIELD, unless the value is the same.
 * @param names - a field that the server does not have is skipped
 */
export function freezeFields<Server extends object>(
  server: Server,
  names: readonly (keyof Server & string)[],
): void {
  for (const name of names) {
    redefine(server, name, ({ get }) => ({
      get,
      set: (value) => {
        if (!Object.is(value, get())) throw frozenField(name, value);
      },
    }));
  }
}

/**
 * From now on each of these fields obeys its rule when it is set. A second rule for a field is added to the first.
 * @param rules - by the name of the field; one that the server does not have is skipped
 */
export function watchFields(server: object, rules: Readonly<Record<string, FieldRule>>): void {
  for (const [name, rule] of Object.entries(rules)) {
    redefine(server, name, ({ get, set }) => ({
      get,
      set: (value) => {
        rule.check?.(value as never);
        set(value);
        rule.onSet?.();
      },
    }));
  }
}

/** The same rule for many fields, each with its check. */
export function rulesFor(
  checks: Readonly<Record<string, FieldRule['check']>>,
  onSet: () => void,
): Record<string, FieldRule> {
  return Object.fromEntries(
    Object.entries(checks).map(([name, check]) => [name, { check, onSet } as FieldRule]),
  );
}

interface Field {
  readonly get: () => unknown;
  readonly set: (value: unknown) => void;
}

/** On the instance: a class field is an own property, and would hide an accessor on the prototype. */
function redefine(server: object, name: string, change: (field: Field) => Field): void {
  const present = Object.getOwnPropertyDescriptor(server, name);
  if (present?.configurable !== true) return;
  const field = change('value' in present ? holding(present.value) : accessing(server, present));
  Object.defineProperty(server, name, { ...field, enumerable: true, configurable: true });
}

/** A field that is a plain property. */
function holding(value: unknown): Field {
  return {
    get: () => value,
    set: (next) => {
      value = next;
    },
  };
}

/** A field that has a rule already, or accessors of the user's. */
function accessing(server: object, present: PropertyDescriptor): Field {
  return {
    get: () => present.get?.call(server) as unknown,
    set: (next) => present.set?.call(server, next),
  };
}

function frozenField(name: string, value: unknown): SocketServerError {
  return new SocketServerError(
    'ERR_SOCKETSERVER_FROZEN_FIELD',
    `Expected \`${name}\` to be set before listen(), got a new value ${describe(value)} on a server that listens; ` +
      'set it before, or make a new server',
  );
}
