import type { BoundAddress } from '@socketserver/core';
import { fixture } from './child.js';
import { Program, type Ended } from './program.js';

export interface Outcome {
  address?: BoundAddress;
  code?: string;
  message?: string;
}

/** `fixtures/any-server.mjs`, or a bundle of it. Disposing of it kills it. */
export class AnyServer implements AsyncDisposable {
  readonly #program: Program;

  /** @param command - what runs the program, and the program */
  constructor(
    [command = '', ...args]: readonly string[],
    name: string,
    directory: { join(name: string): string },
  ) {
    const address = name.includes('Unix')
      ? { path: directory.join('server') }
      : { host: '127.0.0.1', port: 0 };
    const handler = fixture(isStream(name) ? 'upper.mjs' : 'upper-datagram.mjs').href;
    this.#program = new Program(command, [...args, name, JSON.stringify(address), handler]);
  }

  /** Where it listens, or why it does not. */
  async outcome(): Promise<Outcome> {
    return JSON.parse(await this.#program.printed(/^\{.*\}$/m)) as Outcome;
  }

  /** Lets it close. */
  end(): Promise<Ended> {
    this.#program.process.stdin?.end();
    return this.#program.ended;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#program[Symbol.asyncDispose]();
  }
}

export function isStream(name: string): boolean {
  return name.includes('TCP') || name.includes('Stream');
}
