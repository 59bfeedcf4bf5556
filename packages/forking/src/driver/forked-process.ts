import { spawn, type ChildProcess } from 'node:child_process';
import { entryFile, protocolError, surviveClosing } from '@socketserver/core/workers';
import type { ProcessEnd } from '../errors.js';
import { FrameChannel } from './frame-channel.js';
import { IpcChannel } from './ipc-channel.js';
import type { ProcessChannel } from './process-channel.js';

const ENTRY = { of: '@socketserver/forking', name: '../entry/process-main.js', url: import.meta.url };

/** How much of what a child wrote on stderr is kept for the error that says why it did not start, in characters. */
const STDERR_TAIL = 4_096;

/** How long a child that has closed its channel may take to exit, in ms. */
const EXIT_GRACE_MS = 1_000;

/** How long a dead child's channel may take to be read to its end, in turns of the event loop. */
const MAX_DRAIN_TURNS = 10_000;

export interface ProcessOptions {
  readonly execArgv: readonly string[];
  /** null: this process's own. */
  readonly env: NodeJS.ProcessEnv | null;
  /** @default this process's own directory */
  readonly cwd: string | undefined;
  /** Descriptors of this process that the child has from `LISTEN_FD` on. */
  readonly inherited: readonly number[];
  /** Whether the channel is made of frames; else it is Node's own. */
  readonly framed: boolean;
}

export interface ForkedProcessEvents {
  /** What it says, which may be anything. */
  onMessages: (messages: unknown) => void;
  /** It could not be started. */
  onNotStarted: (error: Error) => void;
  /** It has ended, and everything it said has been read. */
  onEnd: (end: ProcessEnd) => void;
}

/** A process of Node that runs the child's program: starts it, signals it, and tells of its end once all is read. */
export class ForkedProcess {
  readonly channel: ProcessChannel;
  readonly #child: ChildProcess;
  readonly #events: ForkedProcessEvents;
  #stderr = '';
  #keepsStderr = true;
  #failure: unknown;
  #isBroken = false;
  #wasKilled = false;
  #closing: NodeJS.Timeout | undefined;

  /** @throws the system's error where Node reports a failed start so; {@link SocketServerError} ERR_SOCKETSERVER_BUNDLED */
  constructor({ execArgv, env, cwd, framed, inherited }: ProcessOptions, events: ForkedProcessEvents) {
    this.#events = events;
    this.#child = spawn(process.execPath, [...execArgv, entryFile(ENTRY)], {
      ...(env === null ? {} : { env }),
      cwd,
      serialization: 'advanced', // for Node's own channel: only this one carries bytes
      stdio: ['ignore', 'inherit', 'pipe', framed ? 'pipe' : 'ipc', 'pipe', ...inherited],
    });
    this.channel = new (framed ? FrameChannel : IpcChannel)(this.#child, {
      onMessages: (messages) => events.onMessages(messages),
      onBroken: (error) => {
        this.#isBroken = true;
        this.kill(error);
      },
      onEnd: () => this.#channelEnded(),
    });
    this.#listen();
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Whether the process is there: one that has exited may still have said what is not read yet. */
  get isRunning(): boolean {
    return this.pid !== undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** What it wrote on stderr before it was ready. */
  get wrote(): string {
    return this.#stderr.trimEnd();
  }

  /** The first failure that was seen of it. */
  get failure(): unknown {
    return this.#failure;
  }

  /** Whether it has written what is no message: what else it has said and done cannot be told. */
  get isBroken(): boolean {
    return this.#isBroken;
  }

  /** Whether this side has sent it SIGKILL. */
  get wasKilled(): boolean {
    return this.#wasKilled;
  }

  /** From now on its stderr is passed on, and not kept. */
  forgetStderr(): void {
    this.#keepsStderr = false;
    this.#stderr = '';
  }

  /** Asks it to end. */
  terminate(): void {
    this.#signal('SIGTERM');
  }

  /** Ends it at once. @param cause - why, if nothing else has failed before */
  kill(cause?: unknown): void {
    this.#failure ??= cause;
    this.#wasKilled = true;
    this.#signal('SIGKILL');
  }

  /** A process that could not be started has pid 0, and Node would signal that: the whole group, this one included. */
  #signal(signal: NodeJS.Signals): void {
    if (this.pid !== undefined) this.#child.kill(signal);
  }

  #listen(): void {
    this.#child.once('exit', (code, signal) => this.#drain({ code, signal }));
    this.#child.on('error', (error: NodeJS.ErrnoException) => {
      this.#failure ??= error;
      if (this.pid === undefined) this.#events.onNotStarted(error);
      else if (this.#wasKilled && error.syscall === 'kill') this.#abandon();
    });
    this.#child.stderr?.on('data', (chunk: Buffer) => {
      surviveClosing(process.stderr);
      process.stderr.write(chunk);
      if (this.#keepsStderr) this.#stderr = (this.#stderr + chunk.toString()).slice(-STDERR_TAIL);
    });
  }

  /**
   * It may not be signalled: this process has dropped its rights (setuid(2)), and the child has not. Nothing of it keeps this
   * process any more; it ends by itself when it finds its channel closed.
   */
  #abandon(): void {
    this.#child.removeAllListeners('exit');
    this.#child.unref();
    this.#child.stderr?.destroy();
    clearTimeout(this.#closing);
    this.channel.close();
    if (this.#child.connected) this.#child.disconnect();
    setImmediate(() => this.#events.onEnd({ code: null, signal: null }));
  }

  /** It is about to exit; if it does not, nothing can be told to it any more. */
  #channelEnded(): void {
    if (!this.isRunning || this.#closing !== undefined) return;
    this.#closing = setTimeout(
      () => this.kill(protocolError('a child to keep its channel', 'the end of it')),
      EXIT_GRACE_MS,
    );
  }

  /**
   * The process is gone, but its last messages may still wait to be read: what it has begun must not be given to
   * another. They are there already, so it is turns of the event loop that bring them, not time.
   */
  #drain(end: ProcessEnd, turns = 0): void {
    const stderrOpen = this.#keepsStderr && this.#child.stderr?.readableEnded === false;
    if ((!this.channel.hasEnded || stderrOpen) && turns < MAX_DRAIN_TURNS) {
      setImmediate(() => this.#drain(end, turns + 1));
      return;
    }
    clearTimeout(this.#closing);
    // Node emits the messages of its own channel in a microtask of the turn in which that ended.
    setImmediate(() => {
      this.channel.close();
      this.#events.onEnd(end);
    });
  }
}
