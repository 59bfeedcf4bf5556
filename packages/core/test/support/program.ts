import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** A program as a user meets it: what it prints, what is typed into it, how it ends. Disposing of it kills it. */
export class Program implements AsyncDisposable {
  readonly process: ChildProcess;
  readonly ended: Promise<Ended>;
  stdout = '';
  #stderr = '';
  #isOver = false;
  #look: () => void = () => {};

  constructor(command: string, args: readonly string[]) {
    // The flags that Jest needs are none of the program's business.
    const { NODE_OPTIONS: _, ...env } = process.env;
    this.process = spawn(command, args, { env });
    this.process.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.stdout += text;
      this.#look();
    });
    this.process.stderr?.setEncoding('utf8').on('data', (text: string) => (this.#stderr += text));
    this.ended = once(this.process, 'close').then(([code]) => {
      this.#isOver = true;
      this.#look();
      return { code: code as number | null, stdout: this.stdout, stderr: this.#stderr };
    });
  }

  /** Waits until it has printed what `pattern` matches. @returns the first group, or the whole match */
  async printed(pattern: RegExp): Promise<string> {
    for (;;) {
      const match = pattern.exec(this.stdout);
      if (match !== null) return match[1] ?? match[0];
      if (this.#isOver) {
        throw new Error(`Expected ${String(pattern)} to be printed, got ${JSON.stringify(await this.ended)}`);
      }
      await new Promise<void>((resolve) => {
        this.#look = resolve;
      });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.process.kill('SIGKILL');
    await this.ended;
  }
}

/** Starts a file of the repository under this Node; `path` is relative to its top. */
export function runFile(path: string, ...args: string[]): Program {
  return new Program(process.execPath, [
    fileURLToPath(new URL(`../../../../${path}`, import.meta.url)),
    ...args,
  ]);
}
