import { spawn, type ChildProcess, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { onJsonLine } from '../lines.js';
import { isGroupAlive } from './process-tree.js';

/** How long a process gets to say what is waited for. */
const ANSWER_MS = 60_000;
/** How long it gets to end by itself; Node writes a CPU profile then. */
const END_MS = 5_000;
/** How long those get to end that it has started and left. */
const LEAVE_MS = 500;
/** Between two looks whether those are gone whose end nobody tells. */
const LOOK_MS = 5;
/** What is kept of stderr, to say why a process has ended. */
const STDERR_BYTES = 4_000;

export interface ChildCommand {
  readonly program: string;
  readonly args: readonly string[];
}

/** A process that speaks JSON lines, and that ends when this one does. */
export class Child<Message extends { event: string }> implements AsyncDisposable {
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #title: string;
  readonly #ended: Promise<void>;
  readonly #messages: Message[] = [];
  readonly #signal: AbortSignal | undefined;
  #stderr = '';
  #look: () => void = () => {};

  /**
   * @param title - names the process in errors
   * @param signal - nothing is waited for any more when it aborts
   */
  constructor(title: string, { program, args }: ChildCommand, signal?: AbortSignal) {
    this.#title = title;
    this.#signal = signal;
    // In a group of its own: Ctrl-C in a terminal is for this process, which ends the others in order.
    this.#process = spawn(program, args, { env: withoutNodeOptions(), stdio: 'pipe', detached: true });
    const onAbort = (): void => this.#look();
    signal?.addEventListener('abort', onAbort, { once: true });
    this.#process.on('error', (error) => this.#noteError(error.message));
    this.#process.stdin.on('error', () => {}); // its end is noticed by `exit`
    this.#process.stderr.on('data', (data: Buffer) => this.#noteError(data.toString()));
    onJsonLine<Message>(this.#process.stdout, (message) => {
      this.#messages.push(message);
      this.#look();
    });
    this.#ended = new Promise((resolve) => {
      // 'exit' alone could come before the last output; 'close' never comes when a grandchild keeps a pipe.
      this.#process.on('close', () => resolve());
      this.#process.on('exit', () => setImmediate(resolve));
      this.#process.on('error', () => resolve());
    });
    void this.#ended.then(() => {
      signal?.removeEventListener('abort', onAbort);
      this.#look();
    });
  }

  get pid(): number {
    return this.#process.pid ?? -1;
  }

  /** Writes a line. */
  say(command: string): void {
    this.#process.stdin.write(`${command}\n`);
  }

  /**
   * The next message of this kind; others are dropped.
   * @throws when the process ends before, says nothing for a minute, or the signal aborts
   */
  async hear<Event extends Message['event']>(event: Event): Promise<Extract<Message, { event: Event }>> {
    let timer: NodeJS.Timeout | undefined;
    try {
      return await new Promise((resolve, reject) => {
        timer = setTimeout(() => reject(this.#silent(event)), ANSWER_MS);
        this.#look = () => {
          let message: Message | undefined;
          while ((message = this.#messages.shift()) !== undefined) {
            if (message.event !== event) continue;
            resolve(message as Extract<Message, { event: Event }>);
            return;
          }
          if (this.#signal?.aborted) reject(this.#signal.reason as Error);
          else if (hasEnded(this.#process)) reject(this.#gone(event));
        };
        this.#look();
      });
    } finally {
      clearTimeout(timer);
      this.#look = () => {};
    }
  }

  /** Lets the process end, by closing its stdin; kills it when it does not, and what it has left. Idempotent. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#process.stdin.end();
    const timer = setTimeout(() => this.#process.kill('SIGKILL'), END_MS);
    await this.#ended;
    clearTimeout(timer);
    await endGroup(this.pid);
  }

  #noteError(text: string): void {
    this.#stderr = (this.#stderr + text).slice(-STDERR_BYTES);
  }

  #gone(event: string): Error {
    const { exitCode, signalCode } = this.#process;
    return new Error(
      `Expected ${this.#title} to say '${event}', got its end (${signalCode ?? exitCode}):\n${this.#stderr}`,
    );
  }

  #silent(event: string): Error {
    return new Error(
      `Expected ${this.#title} to say '${event}', got nothing in ${ANSWER_MS} ms:\n${this.#stderr}`,
    );
  }
}

/** Waits until a group is empty, and kills what does not leave. */
async function endGroup(leader: number): Promise<void> {
  if (leader <= 1 || (await groupIsGone(leader, LEAVE_MS))) return; // 1 or less: it never started
  try {
    // A group has its leader's number as long as it has a member.
    process.kill(-leader, 'SIGKILL');
  } catch {
    return; // the last one has just left
  }
  await groupIsGone(leader, END_MS);
}

async function groupIsGone(leader: number, withinMs: number): Promise<boolean> {
  const limit = performance.now() + withinMs;
  while (isGroupAlive(leader)) {
    if (performance.now() > limit) return false;
    await sleep(LOOK_MS);
  }
  return true;
}

function hasEnded({ pid, exitCode, signalCode }: ChildProcess): boolean {
  return pid === undefined || exitCode !== null || signalCode !== null;
}

/** Flags that are meant for this process would change what is measured. */
function withoutNodeOptions(): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: _, ...env } = process.env;
  return env;
}
