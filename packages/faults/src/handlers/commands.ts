import { threadId } from 'node:worker_threads';
import { movedClock } from '../server/moved-clock.js';

/** Where a handler runs, for a client that wants to know whom it talks to. */
export function whoAmI(): string {
  return `${process.pid}:${threadId}`;
}

/** Ends the thread or the child that it is called in. */
export function exitNow(): never {
  process.exit(3);
}

/** An error that no handler catches. */
export function throwUncaught(): void {
  setImmediate(() => {
    throw new Error('an error that nobody catches');
  });
}

/** Takes memory until there is none: in large pieces, for V8 collects garbage for seconds before it gives up. */
export async function exhaustMemory(): Promise<never> {
  const kept: unknown[] = [];
  for (;;) {
    kept.push(Array.from({ length: 1_000_000 }).fill(0.5));
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Keeps the event loop from turning: for so many milliseconds, or for ever. */
export function spin(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

export function moveClock(ms: number): void {
  movedClock(ms);
}

/** Everything that a handler might throw, by name. */
export const THROWN: Readonly<Record<string, () => unknown>> = {
  undefined: () => undefined,
  null: () => null,
  string: () => 'a string\u001b[2J\nwith a forged line',
  number: () => Number.NaN,
  symbol: () => Symbol('thrown'),
  bigint: () => 10n,
  function: () => () => {},
  frozen: () => Object.freeze(new Error('a frozen error')),
  getters: () => withThrowingGetters(),
  proxy: () => revokedProxy(),
  promise: () => Promise.reject(new Error('a promise that is thrown')).catch(() => {}),
  circle: () => inACircle(),
  aggregate: () => new AggregateError([new Error('one'), undefined], 'many'),
  bare: () => Object.create(null) as unknown,
  huge: () => new Error('x'.repeat(8_000_000)),
  lines: () => new Error('\n'.repeat(1_000_000)),
  uncloneable: () => Object.assign(new Error('cannot cross'), { code: Symbol('code'), cause: () => {} }),
};

function withThrowingGetters(): Error {
  const error = new Error('an error that throws when it is looked at');
  // The stack first: it is made when it is first touched, and that looks at the name.
  for (const key of ['stack', 'name', 'message', 'code', 'cause']) {
    Object.defineProperty(error, key, {
      get() {
        throw new Error(`do not look at ${key}`);
      },
    });
  }
  return error;
}

function revokedProxy(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

function inACircle(): Error {
  const error = new Error('its own cause');
  error.cause = error;
  return error;
}
