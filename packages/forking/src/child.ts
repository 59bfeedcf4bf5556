import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { ClientAddress } from '@socketserver/core';
import { packError, unpackError } from '@socketserver/core/engine';
import { byWhat, childDied, childStart, protocolError, type ProcessEnd } from './errors.js';
import { handOver, release } from './hand-over.js';
import type { Job } from './job.js';
import { checkFromChild, monotonicMs, type FromChild, type StartMessage, type ToChild } from './protocol.js';

const ENTRY = fileURLToPath(new URL('./child-entry.js', import.meta.url));

/** How much of what a child wrote on stderr is kept for the error that says why it did not start, in bytes. */
const STDERR_TAIL = 4_096;

/**
 * Milliseconds between the moment from which a child leaves a request alone and the one at which it is given to
 * another: no child begins what another one has got.
 */
const MOVE_SLACK_MS = 500;

/** How long a child that has closed its channel may take to exit, in ms. */
const EXIT_GRACE_MS = 1_000;

/** How long a dead child's channel may take to be read to its end, in turns of the event loop. */
const MAX_DRAIN_TURNS = 10_000;

export interface ChildOptions {
  readonly execArgv: readonly string[];
  readonly env: NodeJS.ProcessEnv | undefined;
  readonly serialization: 'json' | 'advanced';
  readonly start: StartMessage;
  /** Milliseconds that a child has to acknowledge a request. */
  readonly acknowledgeTimeout: number;
  /** Milliseconds between SIGTERM and SIGKILL. */
  readonly killGrace: number;
}

/** What a child tells its pool. */
export interface ChildOwner {
  /** It can take another request, or has ended one. */
  freed(child: Child): void;
  /** These were not begun, and can run elsewhere. */
  returned(jobs: readonly Job[]): void;
  /** It has not acknowledged a request in time. */
  silent(child: Child): void;
  /** It answers again. */
  answered(child: Child): void;
  /** It was asked to end by somebody else than the pool. */
  leaving(child: Child): void;
  ended(child: Child): void;
  shutdown(): void;
}

type Life = 'starting' | 'ready' | 'ending' | 'ended';

/** The parent's view of one child process: what it was given, what it has begun, and how it ends. */
export class Child {
  /** Resolves when the handler's module is loaded; rejects with its error, or with why the process ended. */
  readonly started: Promise<void>;
  /** Resolves when the process has ended and everything it said has been read. */
  readonly ended: Promise<void>;
  /** Requests given to it over its life. */
  served = 0;
  /** Whether it acknowledges what it is given. */
  isAnswering = true;

  readonly #process: ChildProcess;
  readonly #options: ChildOptions;
  readonly #owner: ChildOwner;
  readonly #sent = new Map<number, { job: Job; deadline: number }>();
  readonly #begun = new Map<number, Job>();
  #life: Life = 'starting';
  #settleStart!: { resolve(): void; reject(error: unknown): void };
  #settleEnd!: () => void;
  #stderr = '';
  #failure: unknown;
  #watch: NodeJS.Timeout | undefined;
  #deaf: NodeJS.Timeout | undefined;

  constructor(options: ChildOptions, owner: ChildOwner) {
    this.#options = options;
    this.#owner = owner;
    this.started = new Promise((resolve, reject) => {
      this.#settleStart = { resolve, reject };
    });
    this.ended = new Promise((resolve) => {
      this.#settleEnd = resolve;
    });
    this.#process = fork(ENTRY, [], {
      execArgv: [...options.execArgv],
      ...(options.env === undefined ? {} : { env: options.env }),
      serialization: options.serialization,
      stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
    });
    this.#listen();
    this.#send(options.start);
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  get isReady(): boolean {
    return this.#life === 'ready';
  }

  get hasEnded(): boolean {
    return this.#life === 'ended';
  }

  /** Requests that it has not ended. */
  get load(): number {
    return this.#sent.size + this.#begun.size;
  }

  /** Requests that it has not acknowledged. */
  get inFlight(): number {
    return this.#sent.size;
  }

  give(job: Job): void {
    const deadline = monotonicMs() + this.#options.acknowledgeTimeout;
    this.served++;
    this.#sent.set(job.id, { job, deadline });
    this.#watchAcknowledgements();
    handOver(this.#process, job, deadline);
  }

  abort(reason: unknown): void {
    if (this.#life === 'ready') this.#send({ type: 'abort', reason: packError(reason) });
  }

  /** Asks the process to end, SIGTERM, and after `killGrace` ends it, SIGKILL. Idempotent. */
  end(): Promise<void> {
    if (this.#life === 'ending' || this.#life === 'ended') return this.ended;
    this.#life = 'ending';
    this.#send({ type: 'end' });
    this.#signal('SIGTERM');
    const timer = setTimeout(() => this.#signal('SIGKILL'), this.#options.killGrace);
    return this.ended.finally(() => clearTimeout(timer));
  }

  /** Ends the process at once. Its requests get `cause` as the cause of their error. */
  kill(cause?: unknown): void {
    this.#failure ??= cause;
    this.#signal('SIGKILL');
  }

  #listen(): void {
    const child = this.#process;
    child.on('message', (message) => this.#received(message));
    child.once('exit', (code, signal) => this.#drain({ code, signal }));
    child.once('disconnect', () => {
      // It is about to exit; if it does not, nothing can be told to it any more.
      this.#deaf = setTimeout(() => this.#signal('SIGKILL'), EXIT_GRACE_MS);
    });
    child.on('error', (error) => {
      this.#failure ??= error;
      if (child.pid === undefined) this.#gone(childStart(`${error.message}`, error));
    });
    child.stderr?.on('data', (chunk: Buffer) => {
      process.stderr.write(chunk);
      if (this.#life === 'starting') this.#stderr = (this.#stderr + chunk.toString()).slice(-STDERR_TAIL);
    });
  }

  #send(message: ToChild): void {
    if (this.#process.connected) this.#process.send(message, ignore);
  }

  #received(value: unknown): void {
    try {
      const message = checkFromChild(value);
      if (!this.isAnswering) {
        this.isAnswering = true;
        this.#owner.answered(this);
      }
      this.#handle(message);
    } catch (error) {
      this.kill(error);
    }
  }

  #handle(message: FromChild): void {
    switch (message.type) {
      case 'ready':
        if (this.#life !== 'starting') return;
        this.#life = 'ready';
        this.#stderr = '';
        this.#settleStart.resolve();
        return;
      case 'failed':
        this.#settleStart.reject(unpackError(message.error));
        return;
      case 'begun':
        this.#beginJob(message.id);
        return;
      case 'late': {
        const late = this.#sent.get(message.id);
        if (late === undefined) return;
        this.#sent.delete(message.id);
        this.#owner.returned([late.job]);
        return;
      }
      case 'ended':
        this.#endJob(message.id, message.error === undefined ? undefined : unpackError(message.error));
        return;
      case 'send':
        void this.#reply(message);
        return;
      case 'shutdown':
        this.#owner.shutdown();
        return;
      case 'leaving':
        this.#owner.leaving(this);
        return;
    }
  }

  /** A process that could not be forked has pid 0, and Node would signal that: the whole group, this one included. */
  #signal(signal: NodeJS.Signals): void {
    if (this.#process.pid !== undefined) this.#process.kill(signal);
  }

  #beginJob(id: number): void {
    const sent = this.#sent.get(id);
    if (sent === undefined) throw protocolError('a request that this child was given', id);
    this.#sent.delete(id);
    this.#begun.set(id, sent.job);
    release(sent.job);
    this.#owner.freed(this);
  }

  #endJob(id: number, error: Error | undefined): void {
    const job = this.#begun.get(id);
    if (job === undefined) throw protocolError('a request that this child has begun', id);
    this.#begun.delete(id);
    if (error === undefined) job.resolve();
    else job.reject(error);
    this.#owner.freed(this);
  }

  async #reply({ id, request, data, address }: FromChild & { type: 'send' }): Promise<void> {
    const job = this.#begun.get(request);
    if (job === undefined || !('packet' in job.request)) {
      this.kill(protocolError('a datagram that this child has begun', request));
      return;
    }
    try {
      const bytes = await job.request.socket.sendTo(data, address as ClientAddress);
      this.#send({ type: 'sent', id, bytes });
    } catch (error) {
      this.#send({ type: 'sent', id, bytes: 0, error: packError(error) });
    }
  }

  /** One timer for all: the oldest request is the first one to be late. */
  #watchAcknowledgements(): void {
    if (this.#watch !== undefined) return;
    this.#watch = setTimeout(() => {
      // The acknowledgement may be there already, unread because this process was busy: read first.
      setImmediate(() => this.#checkAcknowledgements());
    }, this.#options.acknowledgeTimeout + MOVE_SLACK_MS);
    this.#watch.unref();
  }

  #checkAcknowledgements(): void {
    this.#watch = undefined;
    if (this.#sent.size === 0) return;
    const now = monotonicMs();
    const late = [...this.#sent.values()].filter(({ deadline }) => now >= deadline + MOVE_SLACK_MS);
    if (late.length > 0) {
      for (const { job } of late) this.#sent.delete(job.id);
      this.isAnswering = false;
      if (!this.#process.connected || this.#begun.size === 0) this.kill();
      this.#owner.silent(this);
      this.#owner.returned(late.map(({ job }) => job));
    }
    if (this.#sent.size > 0) this.#watchAcknowledgements();
  }

  /**
   * The process is gone, but its last messages may still wait to be read: what it has begun must not be given to
   * another. Node tells of the channel's end by `connected` (and not by 'disconnect' while it waits for its own
   * acknowledgement of a handle).
   */
  #drain(end: ProcessEnd, turns = 0): void {
    const stderrOpen = this.#life === 'starting' && this.#process.stderr?.readableEnded === false;
    if ((this.#process.connected || stderrOpen) && turns < MAX_DRAIN_TURNS) {
      setImmediate(() => this.#drain(end, turns + 1));
      return;
    }
    const wrote = this.#stderr === '' ? '' : `; it wrote:\n${this.#stderr.trimEnd()}`;
    const notStarted = childStart(`its end ${byWhat(end)}${wrote}`, this.#failure);
    // Messages are emitted in a microtask of the turn in which the channel ended.
    setImmediate(() => this.#gone(notStarted, childDied(this.pid, end, this.#failure)));
  }

  #gone(notStarted: unknown, died: unknown = notStarted): void {
    if (this.#life === 'ended') return;
    this.#life = 'ended';
    clearTimeout(this.#watch);
    clearTimeout(this.#deaf);
    this.#settleStart.reject(notStarted);
    const begun = [...this.#begun.values()];
    const sent = Array.from(this.#sent.values(), ({ job }) => job);
    this.#begun.clear();
    this.#sent.clear();
    for (const job of begun) job.reject(died);
    this.#settleEnd();
    this.#owner.ended(this);
    if (sent.length > 0) this.#owner.returned(sent);
  }
}

/** A message that does not arrive is no news: the child's end is. */
function ignore(): void {}
