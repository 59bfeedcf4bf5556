import type { ClientAddress, DatagramSocket, SocketServerError } from '@socketserver/core';
import {
  noteRequestEnd,
  serializeError,
  deserializeError,
  type RequestEnd,
} from '@socketserver/core/workers';
import { AcknowledgementWatch } from './acknowledgement-watch.js';
import { ChildChannel } from './child-channel.js';
import { byWhat, childDied, childStart, childStuck, protocolError, type ProcessEnd } from './errors.js';
import { ForkedProcess, type ForkOptions } from './forked-process.js';
import { GivenRequests } from './given-requests.js';
import { isSocket, type Job } from './job.js';
import { checkFromChild, monotonicMs, type FromChild, type StartMessage } from './protocol.js';

/** Requests that a child is sent together. */
export const MOST_AT_ONCE = 16;

export interface ChildOptions extends ForkOptions {
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
  /** It wants no more requests. */
  leaving(child: Child): void;
  ended(child: Child): void;
  shutdown(): void;
}

type Life = 'starting' | 'ready' | 'ending' | 'ended';

/** The parent's view of one child process: how it starts, what it was given and says of it, and how it ends. */
export class Child {
  /** Resolves when the handler's module is loaded; rejects with its error, or with why the process ended. */
  readonly started: Promise<void>;
  /** Resolves when the process has ended and everything it said has been read. */
  readonly ended: Promise<void>;
  /** Requests given to it over its life. */
  served = 0;
  /** Its memory in bytes, as it last said. */
  rss = 0;
  /** What ended it, if that was a signal. */
  endSignal: NodeJS.Signals | null = null;

  readonly #process: ForkedProcess;
  readonly #channel: ChildChannel;
  readonly #options: ChildOptions;
  readonly #owner: ChildOwner;
  readonly #requests = new GivenRequests();
  readonly #watch = new AcknowledgementWatch(this.#requests, (late) => this.#isSilent(late));
  #life: Life = 'starting';
  #datagrams: DatagramSocket | undefined;
  #isUnwanted = false;
  #isAnswering = true;
  /** Between {@link give} and {@link flush}. */
  #isBeingGiven = false;
  #settleStart!: { resolve(): void; reject(error: unknown): void };
  #settleEnd!: () => void;
  #stuck: SocketServerError | undefined;
  /** Whether it has said anything, and since when it owes an answer to a ping. */
  #isUp = false;
  #pingedAt: number | undefined;

  /** @throws the system's error where Node reports a failed fork so */
  constructor(options: ChildOptions, owner: ChildOwner) {
    this.#options = options;
    this.#owner = owner;
    this.started = new Promise((resolve, reject) => {
      this.#settleStart = { resolve, reject };
    });
    this.ended = new Promise((resolve) => {
      this.#settleEnd = resolve;
    });
    this.#process = new ForkedProcess(options, {
      onMessage: (messages) => this.#received(messages),
      onNotForked: (error) => this.#gone(childStart(error.message, error)),
      onEnd: (end) => this.#processEnded(end),
    });
    this.#channel = new ChildChannel(this.#process.process);
    this.#channel.post(options.start);
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** Whether the process is there: one that has exited may still have said what is not read yet. */
  get isRunning(): boolean {
    return this.#process.isRunning;
  }

  get hasEnded(): boolean {
    return this.#life === 'ended';
  }

  /** Whether it has been asked to end. */
  get isUnwanted(): boolean {
    return this.#isUnwanted;
  }

  /** Requests that it has not ended. */
  get load(): number {
    return this.#requests.sentCount + this.#requests.begunCount;
  }

  /** Requests that it has not acknowledged. */
  get inFlight(): number {
    return this.#requests.sentCount;
  }

  /**
   * Whether it can be sent another request now. A child is sent several at once, but not the next ones before it
   * has begun these: one that is busy holds up few, and the others wait where they can go to whichever is free.
   */
  get hasRoom(): boolean {
    if (this.#life !== 'ready' || !this.isRunning) return false;
    return this.inFlight === 0 || (this.#isBeingGiven && this.inFlight < this.#mostAtOnce);
  }

  /** Gives it a request; {@link flush} has to follow in the same turn. */
  give(job: Job): void {
    const { id, request, clientAddress } = job;
    const deadline = monotonicMs() + this.#options.acknowledgeTimeout;
    this.served++;
    this.#isBeingGiven = true;
    this.#requests.send(job, deadline);
    this.#watch.start();
    if (isSocket(request)) {
      this.#channel.postSocket({ type: 'stream', id, clientAddress, deadline, piped: true }, request);
    } else {
      this.#datagrams = request.socket;
      this.#channel.post({ type: 'datagram', id, clientAddress, deadline, packet: request.packet });
    }
  }

  flush(): void {
    this.#isBeingGiven = false;
    this.#channel.flush();
  }

  abort(reason: unknown): void {
    if (this.#life === 'ready') this.#channel.post({ type: 'abort', reason: serializeError(reason) });
  }

  /** Asks the process to end, SIGTERM, and after `killGrace` ends it, SIGKILL. Idempotent. */
  end(): Promise<void> {
    if (this.#life === 'ending' || this.#life === 'ended') return this.ended;
    this.#life = 'ending';
    this.#isUnwanted = true;
    this.#channel.post({ type: 'end' });
    this.#channel.flush();
    this.#process.signal('SIGTERM');
    const timer = setTimeout(() => this.#process.signal('SIGKILL'), this.#options.killGrace);
    return this.ended.finally(() => clearTimeout(timer));
  }

  /** Ends the process at once. Its requests get `cause` as the cause of their error. */
  kill(cause?: unknown): void {
    this.#process.kill(cause);
  }

  /**
   * Asks it for a sign of life, unless it still owes one.
   * @param isNew - what it owes begins to count now
   * @returns the milliseconds for which it has owed one
   */
  ping(isNew: boolean): number {
    if (!this.#isUp || this.#life === 'ended') return 0;
    const now = monotonicMs();
    if (this.#pingedAt === undefined) this.#channel.post({ type: 'ping' });
    if (this.#pingedAt === undefined || isNew) this.#pingedAt = now;
    return now - this.#pingedAt;
  }

  /** Ends the process at once, because its event loop has not turned for so long. */
  killStuck(ms: number): void {
    this.#stuck ??= childStuck(this.pid, ms);
    this.kill();
  }

  /** Node's own way, `child.send`, takes one socket at a time, and waits for an acknowledgement of its own. */
  get #mostAtOnce(): number {
    return this.#options.serialization === 'json' && !this.#channel.takesMany ? 1 : MOST_AT_ONCE;
  }

  // ── what the child says ─────────────────────────────────────────────────────────────────────────────────

  #received(value: unknown): void {
    try {
      const messages = checkFromChild(value);
      this.#isUp = true;
      this.#pingedAt = undefined;
      if (!this.#isAnswering) {
        this.#isAnswering = true;
        this.#owner.answered(this);
      }
      for (const message of messages) this.#handle(message);
    } catch (error) {
      this.kill(error);
    }
  }

  #handle(message: FromChild): void {
    switch (message.type) {
      case 'ready':
        if (this.#life !== 'starting') return;
        this.#life = 'ready';
        if (message.piped) this.#channel.openPipe();
        this.#process.forgetStderr();
        this.#settleStart.resolve();
        return;
      case 'alive':
        this.rss = message.rss;
        return;
      case 'failed':
        this.#settleStart.reject(deserializeError(message.error));
        return;
      case 'begun':
        this.#requests.begin(message.id);
        this.#owner.freed(this);
        return;
      case 'returned':
        this.#returned(message.id);
        return;
      case 'ended':
        this.#endJob(message.id, message.end);
        return;
      case 'send':
        if (this.#datagrams === undefined) throw protocolError('a child that was given datagrams', 'send');
        void this.#sendDatagram(message, this.#datagrams);
        return;
      case 'shutdown':
        this.#owner.shutdown();
        return;
      case 'leaving':
        this.#owner.leaving(this);
        return;
    }
  }

  #endJob(id: number, end: RequestEnd | undefined): void {
    const job = this.#requests.end(id);
    const error = end === undefined ? undefined : noteRequestEnd(job.request, end);
    if (error === undefined) job.resolve();
    else job.reject(error);
    this.#owner.freed(this);
  }

  #returned(id: number): void {
    const job = this.#requests.takeBack(id);
    if (job === undefined) return; // it was late, and is with another by now
    this.served--;
    this.#owner.returned([job]);
  }

  /** The parent owns the socket of all datagrams: it sends for the child, and says what came of it. */
  async #sendDatagram(
    { id, data, address }: FromChild & { type: 'send' },
    socket: DatagramSocket,
  ): Promise<void> {
    try {
      const bytes = await socket.sendTo(data, address as ClientAddress);
      this.#channel.post({ type: 'sent', id, bytes });
    } catch (error) {
      this.#channel.post({ type: 'sent', id, bytes: 0, error: serializeError(error) });
    }
  }

  #isSilent(late: readonly Job[]): void {
    this.#isAnswering = false;
    if (!this.#channel.isConnected || this.#requests.begunCount === 0) this.kill();
    this.#owner.silent(this);
    this.#owner.returned(late);
  }

  // ── its end ─────────────────────────────────────────────────────────────────────────────────────────────

  #processEnded(end: ProcessEnd): void {
    const { failure, wrote } = this.#process;
    this.endSignal = end.signal;
    const got = `its end ${byWhat(end)}${wrote === '' ? '' : `; it wrote:\n${wrote}`}`;
    this.#gone(this.#stuck ?? childStart(got, failure), this.#stuck ?? childDied(this.pid, end, failure));
  }

  #gone(notStarted: unknown, died: unknown = notStarted): void {
    if (this.#life === 'ended') return;
    this.#life = 'ended';
    this.#watch.stop();
    this.#channel.close();
    this.#settleStart.reject(notStarted);
    const { sent, begun } = this.#requests.empty();
    for (const job of begun) job.reject(died);
    this.#settleEnd();
    this.#owner.ended(this);
    if (sent.length > 0) this.#owner.returned(sent);
  }
}
