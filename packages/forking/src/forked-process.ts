import { fork, type ChildProcess } from 'node:child_process';
import { entryFile } from '@socketserver/core/workers';
import type { ProcessEnd } from './errors.js';

const ENTRY = { of: '@socketserver/forking', name: 'child-entry.js', url: import.meta.url };

/** How much of what a child wrote on stderr is kept for the error that says why it did not start, in characters. */
const STDERR_TAIL = 4_096;

/** How long a child that has closed its channel may take to exit, in ms. */
const EXIT_GRACE_MS = 1_000;

/** How long a dead child's channel may take to be read to its end, in turns of the event loop. */
const MAX_DRAIN_TURNS = 10_000;

export interface ForkOptions {
  readonly execArgv: readonly string[];
  readonly env: NodeJS.ProcessEnv | undefined;
  readonly serialization: 'json' | 'advanced';
}

export interface ForkedProcessEvents {
  onMessage(message: unknown): void;
  /** It could not be forked. */
  onNotForked(error: Error): void;
  /** It has ended, and everything it said has been read. */
  onEnd(end: ProcessEnd): void;
}

/** A process of Node that runs the child's program: forks it, signals it, and tells of its end once all is read. */
export class ForkedProcess {
  /** For the channel. */
  readonly process: ChildProcess;
  readonly #events: ForkedProcessEvents;
  #stderr = '';
  #keepsStderr = true;
  #failure: unknown;
  #deaf: NodeJS.Timeout | undefined;

  /** @throws the system's error where Node reports a failed fork so; {@link SocketServerError} ERR_SOCKETSERVER_BUNDLED */
  constructor({ execArgv, env, serialization }: ForkOptions, events: ForkedProcessEvents) {
    this.#events = events;
    this.process = fork(entryFile(ENTRY), [], {
      execArgv: [...execArgv],
      ...(env === undefined ? {} : { env }),
      serialization,
      stdio: ['ignore', 'inherit', 'pipe', 'ipc', 'pipe'],
    });
    this.#listen();
  }

  get pid(): number | undefined {
    return this.process.pid;
  }

  /** Whether the process is there: one that has exited may still have said what is not read yet. */
  get isRunning(): boolean {
    return this.pid !== undefined && this.process.exitCode === null && this.process.signalCode === null;
  }

  /** What it wrote on stderr before it was ready. */
  get wrote(): string {
    return this.#stderr.trimEnd();
  }

  /** The first failure that was seen of it. */
  get failure(): unknown {
    return this.#failure;
  }

  /** From now on its stderr is passed on, and not kept. */
  forgetStderr(): void {
    this.#keepsStderr = false;
    this.#stderr = '';
  }

  /** A process that could not be forked has pid 0, and Node would signal that: the whole group, this one included. */
  signal(signal: NodeJS.Signals): void {
    if (this.pid !== undefined) this.process.kill(signal);
  }

  /** Ends it at once. @param cause - why, if nothing else has failed before */
  kill(cause?: unknown): void {
    this.#failure ??= cause;
    this.signal('SIGKILL');
  }

  #listen(): void {
    const { process: child } = this;
    child.on('message', (message) => {
      if (isWatchReport(message)) process.send?.(message, undefined, {}, ignore);
      else this.#events.onMessage(message);
    });
    child.once('exit', (code, signal) => this.#drain({ code, signal }));
    child.once('disconnect', () => {
      // It is about to exit; if it does not, nothing can be told to it any more.
      this.#deaf = setTimeout(() => this.signal('SIGKILL'), EXIT_GRACE_MS);
    });
    child.on('error', (error) => {
      this.#failure ??= error;
      if (this.pid === undefined) this.#events.onNotForked(error);
    });
    child.stderr?.on('data', (chunk: Buffer) => {
      process.stderr.write(chunk);
      if (this.#keepsStderr) this.#stderr = (this.#stderr + chunk.toString()).slice(-STDERR_TAIL);
    });
  }

  /**
   * The process is gone, but its last messages may still wait to be read: what it has begun must not be given to
   * another. Node tells of the channel's end by `connected` (and not by 'disconnect' while it waits for its own
   * acknowledgement of a handle).
   */
  #drain(end: ProcessEnd, turns = 0): void {
    const stderrOpen = this.#keepsStderr && this.process.stderr?.readableEnded === false;
    if ((this.process.connected || stderrOpen) && turns < MAX_DRAIN_TURNS) {
      setImmediate(() => this.#drain(end, turns + 1));
      return;
    }
    clearTimeout(this.#deaf);
    // Messages are emitted in a microtask of the turn in which the channel ended.
    setImmediate(() => this.#events.onEnd(end));
  }
}

/** Under `node --watch` every process tells its parent which files it has loaded; this one passes on what its children say. */
function isWatchReport(message: unknown): boolean {
  if (process.env['WATCH_REPORT_DEPENDENCIES'] === undefined) return false;
  return (
    typeof message === 'object' &&
    message !== null &&
    ('watch:import' in message || 'watch:require' in message)
  );
}

/** The watcher has ended, and this process is about to. */
function ignore(): void {}
