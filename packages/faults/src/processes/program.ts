import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Answer } from '../protocol.js';

/** How long a program may take to answer, unless a command says otherwise. */
const ANSWER_MS = 60_000;
/** What is kept of what it writes, to say why it ended. */
const OUTPUT_CHARACTERS = 4_000;

/** A program of this package in a process of its own, which answers commands. Disposing of it kills it. */
export class Program<Command extends { readonly type: string }> implements AsyncDisposable {
  readonly #process: ChildProcess;
  readonly #waiters = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  readonly #gone: Promise<void>;
  #output = '';
  #lastId = 0;
  #isOver = false;

  constructor(
    readonly name: string,
    module: URL,
    extraEnv: Readonly<Record<string, string>> = {},
  ) {
    // Flags that are meant for this process, or for Jest, would change what is tested.
    const { NODE_OPTIONS: _, ...env } = process.env;
    this.#process = fork(fileURLToPath(module), [], {
      execArgv: [],
      env: { ...env, ...extraEnv },
      silent: true,
      serialization: 'advanced',
    });
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      stream?.on('data', (data: Buffer) => {
        this.#output = (this.#output + data.toString()).slice(-OUTPUT_CHARACTERS);
      });
    }
    this.#process.on('message', (answer) => this.#answered(answer as Answer));
    this.#process.on('error', () => {}); // its end says the same
    this.#gone = new Promise((resolve) => {
      this.#process.once('exit', () => {
        this.#isOver = true;
        for (const waiter of this.#waiters.values()) waiter.reject(this.#ended());
        this.#waiters.clear();
        resolve();
      });
    });
  }

  get pid(): number {
    return this.#process.pid ?? -1;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** The last that it wrote. */
  get output(): string {
    return this.#output;
  }

  /** @throws what the command threw, or why there is no answer */
  async ask(command: Command, withinMs = ANSWER_MS): Promise<unknown> {
    if (this.#isOver) throw this.#ended();
    const id = ++this.#lastId;
    let timer: NodeJS.Timeout | undefined;
    try {
      return await new Promise((resolve, reject) => {
        this.#waiters.set(id, { resolve, reject });
        timer = setTimeout(() => reject(this.#silent(command, withinMs)), withinMs);
        this.#process.send({ id, ...command }, () => {});
      });
    } finally {
      clearTimeout(timer);
      this.#waiters.delete(id);
    }
  }

  signal(signal: NodeJS.Signals): void {
    if (this.#process.pid !== undefined && !this.#isOver) this.#process.kill(signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.signal('SIGKILL');
    await this.#gone;
  }

  #answered(answer: Answer): void {
    const waiter = this.#waiters.get(answer.id);
    if ('error' in answer) waiter?.reject(new Error(`${this.name}: ${answer.error}`));
    else waiter?.resolve(answer.value);
  }

  #silent({ type }: Command, ms: number): Error {
    return new Error(
      `Expected ${this.name} to answer '${type}', got nothing in ${ms} ms; it wrote:\n${this.#output}`,
    );
  }

  #ended(): Error {
    const { exitCode, signalCode } = this.#process;
    return new Error(
      `Expected ${this.name} to go on, got its end (${signalCode ?? exitCode}); it wrote:\n${this.#output}`,
    );
  }
}
