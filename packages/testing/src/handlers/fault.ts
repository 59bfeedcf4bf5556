/** What the failing handlers do; their server's context. */
export interface Fault {
  at: 'setup' | 'handle' | 'finish';
  what: 'a sync error' | 'an async error' | 'undefined' | 'a string' | 'an async string';
}

/** An error with everything that has to reach `handleError`. */
export class TestFault extends TypeError {
  override readonly name = 'TestFault';
  readonly code = 'ERR_TEST_FAULT';

  constructor(at: string) {
    super(`in ${at}`, { cause: Object.assign(new RangeError('the cause'), { code: 'ERR_TEST_CAUSE' }) });
  }
}

/** Throws, or returns a promise that rejects, if the fault is to be here. */
export function failAt(at: Fault['at'], context: unknown): Promise<void> | undefined {
  const fault = context as Fault;
  if (fault.at !== at) return undefined;
  switch (fault.what) {
    case 'a sync error':
      throw new TestFault(at);
    case 'an async error':
      return Promise.reject(new TestFault(at));
    case 'undefined':
      throw undefined;
    case 'a string':
      // oxlint-disable-next-line typescript/only-throw-error -- people do
      throw `in ${at}`;
    case 'an async string':
      // oxlint-disable-next-line typescript/prefer-promise-reject-errors -- people do
      return Promise.reject(`in ${at}`);
  }
}
