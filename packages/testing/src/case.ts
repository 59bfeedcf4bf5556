import { test as anyTest } from '@jest/globals';

// oxlint-disable jest/expect-expect -- they are in `run`
type Run = (...args: unknown[]) => unknown;

/**
 * A case of the contract, as `test` of Jest takes it. It holds for every engine, or is refused by name: a server whose workers
 * accept for themselves has no hooks on its main side, and says so in `listen()`.
 */
export const test = Object.assign(
  (title: string, run: Run, ms?: number) => anyTest(title, orRefused(run) as () => void, ms),
  {
    each: (table: readonly never[]) => (title: string, run: Run, ms?: number) =>
      anyTest.each(table)(title, orRefused(run) as () => void, ms),
    skip: anyTest.skip,
  },
) as unknown as typeof anyTest;

/** What a server under test was asked that such a server cannot tell. */
export class NotSeen extends Error {
  constructor(what: string) {
    super(`Expected a main side that sees ${what}, got one whose workers accept for themselves`);
  }
}

function orRefused(run: Run): Run {
  return async (...args) => {
    try {
      await run(...args);
    } catch (error) {
      if (!isRefusal(error)) throw error;
    }
  };
}

function isRefusal(error: unknown): boolean {
  if (error instanceof NotSeen) return true;
  const { code, message } = Object(error) as { code?: unknown; message?: unknown };
  return code === 'ERR_SOCKETSERVER_UNSUPPORTED' && /with `acceptIn` 'workers'/.test(String(message));
}
