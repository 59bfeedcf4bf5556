import { fork, type ChildProcess, type ForkOptions } from 'node:child_process';
import { once } from 'node:events';
import { fixture } from './servers.js';

/** A fixture that runs in a process of its own. Disposing of it kills it. */
export class Program implements AsyncDisposable {
  readonly process: ChildProcess;
  readonly exit: Promise<unknown[]>;
  readonly #first: Promise<unknown[]>;

  constructor(name: string, options: ForkOptions = {}) {
    const { NODE_OPTIONS: _, ...env } = process.env;
    this.process = fork(fixture(name), { env, execArgv: [], ...options });
    this.exit = once(this.process, 'exit');
    this.#first = Promise.race([once(this.process, 'message'), this.exit.then(endedEarly)]);
  }

  async message<T>(): Promise<T> {
    return (await this.#first)[0] as T;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.process.kill('SIGKILL');
    await this.exit;
  }
}

function endedEarly(end: unknown[]): never {
  throw new Error(`Expected a message, got the end of the process: ${JSON.stringify(end)}`);
}
