import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import type { BoundAddress } from '@socketserver/core';
import { PYTHON_PROGRAM } from './python-program.js';

interface Answer {
  id: number;
  answer?: string;
  error?: string;
}

interface PythonRequest {
  address: BoundAddress;
  stream: boolean;
  text: string;
  /** Whether an answer is expected. @default true */
  wait?: boolean;
  /** The name that a Unix client binds. @default '': whatever the kernel gives it */
  name?: string;
  /** Sends the datagram so many times, and keeps the socket without ever reading it. @default 0: no */
  hold?: number;
  /** Reads a stream slowly, and then leaves: bytes that are read at once, how often, and the seconds in between. @default null */
  sips?: readonly [piece: number, pieces: number, seconds: number] | null;
}

/** One `python3` that serves as client as often as it is asked; started with the first question. */
export class PythonClient implements AsyncDisposable {
  #process: ChildProcessByStdio<Writable, Readable, null> | undefined;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #lastId = 0;

  /** Its process, once it was asked something. */
  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /** @returns the whole answer of a stream, the first datagram otherwise, '' when none is waited for */
  async ask({
    address,
    hold = 0,
    sips = null,
    wait = true,
    name = '',
    ...what
  }: PythonRequest): Promise<string> {
    const { stdin } = (this.#process ??= this.#start());
    const id = ++this.#lastId;
    const target = 'path' in address ? address.path : [address.host, address.port];
    const answered = new Promise<Answer>((resolve) => this.#waiting.set(id, resolve));
    stdin.write(`${JSON.stringify({ ...what, id, address: target, wait, name, hold, sips })}\n`);
    const { answer, error } = await answered;
    if (answer === undefined) throw new Error(`Python: ${error}`);
    return answer;
  }

  #start(): ChildProcessByStdio<Writable, Readable, null> {
    const python = spawn('python3', ['-u', '-c', PYTHON_PROGRAM], { stdio: ['pipe', 'pipe', 'inherit'] });
    createInterface({ input: python.stdout }).on('line', (line) => {
      const answer = JSON.parse(line) as Answer;
      this.#waiting.get(answer.id)?.(answer);
      this.#waiting.delete(answer.id);
    });
    return python;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const python = this.#process;
    if (python === undefined) return;
    const closed = once(python, 'close');
    python.stdin.end();
    await closed;
  }
}
