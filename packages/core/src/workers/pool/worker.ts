import type { ClientAddress } from '../../address.js';
import type { DatagramBatchSocket, DatagramSocket } from '../../datagram.js';
import type { RequestLimits } from '../../execution/request-limits.js';
import { protocolError } from '../errors.js';
import { Slots } from '../../requests/slots.js';
import { isSocket, type Job } from '../job.js';
import type {
  DatagramMessage,
  FromWorker,
  HowToTake,
  NamedMessage,
  StreamMessage,
  ToWorker,
} from '../protocol/messages.js';
import type { RequestEnd } from '../protocol/request-end.js';
import { deserializeError, serializeError } from '../../requests/serialized-error.js';
import { splitSends, type Send } from '../protocol/datagrams.js';
import { checkFromWorker } from '../protocol/validate.js';
import type { AcceptedByWorker } from './accepted-requests.js';

/** A message to a worker, with what travels beside it: what is transferred to a thread, a socket for a process. */
export interface Outgoing<Attachment> {
  readonly message: ToWorker | DatagramMessage;
  readonly attachment?: Attachment | undefined;
}

/** One that gives it a request. */
export interface OutgoingRequest<Attachment> extends Outgoing<Attachment> {
  readonly message: StreamMessage | DatagramMessage;
}

/** Why a worker runs nothing any more. */
export interface Loss {
  /** For the requests that it had started. */
  readonly error: Error;
  /** For whoever waits for it to be ready. @default `error` */
  readonly startError?: Error;
  /** Whether somebody has killed it from outside: that says nothing against the next one. */
  readonly wasKilled?: boolean;
}

/** The jobs that a lost worker leaves behind. */
export interface Unfinished {
  readonly started: Job[];
  readonly notStarted: Job[];
  /** How many more it had taken for itself, and not ended. */
  readonly taken: number;
}

/** What a worker tells its pool. */
export interface WorkerEvents {
  /** It may take another job. */
  capacity(): void;
  /** A job of it has ended. */
  settled(worker: Worker): void;
  /** It is to be told something, together with the jobs that come soon: {@link Worker.flush}. */
  flushSoon(worker: Worker): void;
  /** It has not started these, and leaves them to others. */
  requeued(worker: Worker, jobs: readonly Job[]): void;
  /** It has not acknowledged a request in time. */
  unresponsive(worker: Worker): void;
  /** It answers again. */
  recovered(worker: Worker): void;
  /** It wants no more requests. */
  draining(worker: Worker): void;
  /** One that takes requests for itself has stopped, has none any more, or is due to be replaced. */
  changed(worker: Worker): void;
  /** A request that it took for itself has failed. */
  failed(worker: Worker, error: Error, clientAddress: ClientAddress): void;
  /** It could not take a request for itself. */
  acceptFailed(worker: Worker, error: Error): void;
  /** A handler has called `this.server.shutdown()`. */
  shutdown(): void;
}

interface Settle {
  ready(): void;
  notReady(error: Error): void;
  lost(loss: Loss): void;
  gone(): void;
}

/** The last sequence number; they start again from below. Threads keep one in 32 bits of shared memory, where -2³¹ is none. */
const LAST_SEQUENCE = 0x7fff_ffff;

/**
 * The main side of one worker: how it starts, which jobs it has, what it says, how it ends. A driver's subclass knows how
 * messages and connections travel, and which jobs the worker has started.
 */
export abstract class Worker<Attachment = unknown> {
  /** For errors and diagnostics: `Thread-3`, `child 4711`. */
  abstract readonly name: string;
  /** Resolves when the handler is loaded; rejects with what its module throws, or with why the worker ended. */
  readonly ready: Promise<void>;
  /** Resolves when it runs nothing any more, and everything that it said has been heard. */
  readonly lost: Promise<Loss>;
  /** Resolves when the thread or process is gone: later than `lost` for a thread inside a blocking system call. */
  readonly gone: Promise<void>;
  /** When it was started, as `performance.now()` tells it. */
  readonly startedAt = performance.now();
  /** Bytes of memory, as it last told. */
  memoryBytes = 0;

  protected readonly events: WorkerEvents;
  /** A job's slot is its id in messages. A Map that is refilled all the time would keep its dead entries alive (V8). */
  readonly #jobs = new Slots<Job>();
  #unsent: Outgoing<Attachment>[] = [];
  /** What is among it of datagrams that were sent for the worker. */
  #sent: number[] = [];
  #flushing: NodeJS.Immediate | undefined;
  #lastSequence = 0;
  #served = 0;
  #hasServed = false;
  #state: 'starting' | 'ready' | 'lost' = 'starting';
  /** The server's socket, once a datagram has been dispatched. */
  #datagrams: DatagramSocket | undefined;
  #hasSpoken = false;
  /** Since when it owes the answer to a ping. */
  #owesSince: number | undefined;
  #isUnresponsive = false;
  #isGone = false;
  readonly #accepted: AcceptedByWorker | undefined;
  readonly #settle: Settle;
  #loss: Loss | undefined;

  /** @param accepted - of one that takes requests for itself */
  constructor(events: WorkerEvents, accepted?: AcceptedByWorker) {
    this.events = events;
    this.#accepted = accepted;
    const settle: Partial<Settle> = {};
    this.ready = new Promise((resolve, reject) =>
      Object.assign(settle, { ready: resolve, notReady: reject }),
    );
    this.lost = new Promise((resolve) => Object.assign(settle, { lost: resolve }));
    this.gone = new Promise((resolve) => Object.assign(settle, { gone: resolve }));
    this.#settle = settle as Settle; // a promise calls its function at once
    this.ready.catch(isToldToWhoeverStartsIt);
  }

  // ── for the pool ────────────────────────────────────────────────────────────────────────────────────────

  /** How many jobs it has. One that may take requests for itself counts as having one more. */
  get load(): number {
    return this.#jobs.size + (this.#accepted?.load ?? 0);
  }

  /** How many jobs it has ever been given, or has taken. */
  get served(): number {
    return this.#served + (this.#accepted?.begun ?? 0);
  }

  /** Whether a job of it has ended. */
  get hasServed(): boolean {
    return this.#hasServed || (this.#accepted?.hasEnded ?? false);
  }

  /** What `lost` resolves with, once it has. */
  get loss(): Loss | undefined {
    return this.#loss;
  }

  get isReady(): boolean {
    return this.#state === 'ready';
  }

  get isLost(): boolean {
    return this.#state === 'lost';
  }

  /** Whether its thread or process is gone. */
  get isGone(): boolean {
    return this.#isGone;
  }

  /** Whether it can be given another job now. */
  get hasCapacity(): boolean {
    return this.isReady;
  }

  /**
   * Gives it a job; {@link flush} has to follow in the same turn.
   * @throws what keeps this job from being sent: it has then not been given
   */
  dispatch(job: Job): void {
    const sequence = this.#lastSequence === LAST_SEQUENCE ? -LAST_SEQUENCE : this.#lastSequence + 1;
    job.sequence = sequence;
    const id = this.#jobs.add(job);
    let outgoing: OutgoingRequest<Attachment>;
    try {
      outgoing = this.pack(job, id);
    } catch (error) {
      this.#jobs.remove(id);
      throw error;
    }
    if (job.spentMs > 0) outgoing.message.spentMs = job.spentMs;
    this.#lastSequence = sequence;
    this.#served++;
    if (this.#jobs.size === 1) this.busyChanged();
    if (!isSocket(job.request)) this.#datagrams = job.request.socket;
    this.#unsent.push(outgoing);
  }

  /** Resolves when it takes no request for itself any more. */
  async untilStopped(): Promise<void> {
    await this.#accepted?.untilStopped();
  }

  /** Tells one that can to take requests for itself, or to stop that. */
  take(how: HowToTake): void {
    if (this.#accepted === undefined || this.isLost) return;
    if (how === 'on') this.#accepted.opened();
    else if (!this.#accepted.closed() && how === 'off') return;
    if (how !== 'on') this.#accepted.stopping();
    this.post({ type: 'take', how });
    this.flush();
    this.busyChanged();
  }

  /** Requests after which one that takes them for itself says that it is due to be replaced; 0: never. */
  set dueAt(requests: number) {
    if (this.#accepted !== undefined) this.#accepted.dueAt = requests;
  }

  /** Sends what has been gathered. */
  flush(): void {
    clearImmediate(this.#flushing);
    this.#flushing = undefined;
    if (this.#unsent.length === 0) return;
    const batch = this.#unsent;
    this.#unsent = [];
    this.#sent = [];
    this.write(batch);
  }

  /** Aborts the `signal` of every handler that it runs, and of those that begin later. */
  abort(reason: unknown): void {
    this.post({ type: 'abort', reason: serializeError(reason) });
  }

  /** How long requests may take that begin from now on. */
  setLimits(limits: RequestLimits | undefined): void {
    this.post({ type: 'limits', limits: limits ?? null });
  }

  /** Once it is gone, and its unfinished jobs have been taken: what was counted of it is not kept any more. */
  forget(): void {
    this.#accepted?.gone();
  }

  /**
   * Asks for a sign of life, unless it owes one.
   * @param lateMs - for so long the main side itself has stood still, which counts against nobody
   * @returns the milliseconds for which it has owed one; 0 before it has said anything
   */
  probe(lateMs: number): number {
    if (!this.#hasSpoken || this.isLost) return 0;
    const now = performance.now();
    if (this.#owesSince === undefined) this.post({ type: 'ping' });
    this.#owesSince = Math.min(now, (this.#owesSince ?? now) + lateMs);
    return now - this.#owesSince;
  }

  /** Takes its jobs away, for a worker that is lost. */
  takeUnfinished(): Unfinished {
    this.#unsent = [];
    const started: Job[] = [];
    const notStarted: Job[] = [];
    for (const job of this.#jobs.empty()) (this.hasStarted(job) ? started : notStarted).push(job);
    const taken = this.#accepted?.lose() ?? 0;
    this.busyChanged();
    return { started, notStarted, taken };
  }

  /** Lets a worker end that has no jobs. Resolves when it is gone, or cannot be ended. Idempotent. */
  abstract retire(): Promise<void>;

  /** Ends a worker whatever it does, because the server ends. Resolves as `retire` does. Idempotent. */
  abstract terminate(): Promise<void>;

  /** Ends it at once, for `error`: its requests fail with that. Idempotent. */
  abstract kill(error?: Error): void;

  // ── for the driver to fill ──────────────────────────────────────────────────────────────────────────────

  /** The message for a job, and what travels beside it. @throws what keeps this job from being sent */
  protected abstract pack(job: Job, id: number): OutgoingRequest<Attachment>;

  /** Sends messages, in this order. */
  protected abstract write(batch: readonly Outgoing<Attachment>[]): void;

  /** Whether the worker has started this job. Asked of a lost worker it is final: the worker starts no other one. */
  protected abstract hasStarted(job: Job): boolean;

  /** A message that only this engine's workers say. */
  protected heard({ type }: NamedMessage): void {
    throw protocolError('a message of this engine', type);
  }

  /** It has its first job, or has none any more. */
  protected busyChanged(): void {}

  // ── for the driver to call ──────────────────────────────────────────────────────────────────────────────

  /** To be sent at the end of this turn of the event loop. */
  protected post(message: ToWorker): void {
    if (this.isLost) return;
    this.#unsent.push({ message });
    this.#flushing ??= setImmediate(() => this.flush());
  }

  /** The handler is loaded. */
  protected becomeReady(): void {
    if (this.#state !== 'starting') return;
    this.#state = 'ready';
    this.#settle.ready();
  }

  /** The handler's module did not load. The worker is still there, and will be ended. */
  protected failStart(error: Error): void {
    this.#settle.notReady(error);
  }

  /** It runs nothing any more. Idempotent. */
  protected lose(loss: Loss): void {
    if (this.#state === 'lost') return;
    this.#state = 'lost';
    this.#loss = loss;
    clearImmediate(this.#flushing);
    this.#settle.notReady(loss.startError ?? loss.error);
    this.#settle.lost(loss);
  }

  /** Its thread or process is gone. */
  protected leave(): void {
    this.#isGone = true;
    this.#settle.gone();
  }

  /** For a thread, before it is ended: it takes no request for itself any more, whatever its event loop still does. */
  protected seal(): void {
    this.#accepted?.seal();
  }

  /** What it said. Whatever does not fit ends the worker, and nothing else. */
  protected receive(value: unknown): void {
    if (this.isLost) return;
    try {
      const messages = checkFromWorker(value);
      this.#hasSpoken = true;
      this.#owesSince = undefined;
      if (this.#isUnresponsive) {
        this.#isUnresponsive = false;
        this.events.recovered(this);
      }
      for (const message of messages) this.#handle(message);
    } catch (error) {
      this.kill(error as Error);
    }
  }

  /** It has not acknowledged these in time. */
  protected becomeUnresponsive(jobs: readonly Job[]): void {
    this.#isUnresponsive = true;
    this.events.unresponsive(this);
    this.events.requeued(this, jobs);
  }

  /** Takes back a job that it has not started, and never will. @returns undefined if that has been done already */
  protected takeBack(id: number): Job | undefined {
    const job = this.#takeOut(id);
    if (job !== undefined) this.#served--;
    return job;
  }

  /** A job cannot be sent. */
  protected refuse(id: number, error: unknown): void {
    const job = this.takeBack(id);
    if (job === undefined) return;
    job.refuse(error);
    this.events.settled(this);
  }

  #handle(message: FromWorker): void {
    if (typeof message === 'number') {
      this.#end(message);
      return;
    }
    switch (message.type) {
      case 'ended':
        this.#end(message.id, message.end);
        return;
      case 'sends':
        this.#sendAll(splitSends(message));
        return;
      case 'alive':
        this.memoryBytes = message.memoryBytes;
        return;
      case 'ready':
        this.becomeReady();
        return;
      case 'failed':
        this.failStart(deserializeError(message.error));
        return;
      case 'draining':
        this.events.draining(this);
        return;
      case 'shutdown':
        this.events.shutdown();
        return;
      case 'stopped':
        this.#accepted?.stopped();
        this.#changed();
        return;
      case 'idle':
      case 'due':
        this.#changed();
        return;
      case 'failure':
        this.events.failed(this, deserializeError(message.error), message.clientAddress);
        return;
      case 'accept-failed':
        this.events.acceptFailed(this, deserializeError(message.error));
        return;
      default:
        this.heard(message);
    }
  }

  #changed(): void {
    this.busyChanged();
    this.events.changed(this);
  }

  #end(id: number, end?: RequestEnd): void {
    const job = this.#jobs.at(id);
    if (job === undefined || !this.hasStarted(job)) {
      throw protocolError('the id of a request that this worker has started', id);
    }
    this.#takeOut(id);
    this.#hasServed = true;
    job.end(end);
    this.events.settled(this);
  }

  #takeOut(id: number): Job | undefined {
    const job = this.#jobs.remove(id);
    if (job !== undefined && this.#jobs.size === 0) this.busyChanged();
    return job;
  }

  /** The main side owns the socket of all datagrams: it sends for the worker, and says what came of it. */
  #sendAll(sends: readonly Send[]): void {
    const socket = this.#datagrams;
    if (socket === undefined) throw protocolError('a worker that was given datagrams', 'sends');
    for (let next = 0; next < sends.length; next++) {
      const together = isBatchSocket(socket) && sends.length - next > 1 ? socket.sendFirst(sends, next) : 0;
      for (const { id, data } of sends.slice(next, next + together)) this.#tellSent(id, data.byteLength);
      next += together;
      const send = sends[next];
      if (send !== undefined) this.#send(socket, send);
    }
  }

  #send(socket: DatagramSocket, { id, data, address }: Send): void {
    socket.sendTo(data, address).then(
      (bytes) => this.#tellSent(id, bytes),
      (error: unknown) => this.post({ type: 'unsent', id, error: serializeError(error) }),
    );
  }

  /** Together with others: until the list has left it is added to. */
  #tellSent(id: number, bytes: number): void {
    if (this.isLost) return;
    if (this.#sent.length === 0) {
      this.#unsent.push({ message: { type: 'sent', sent: this.#sent } });
      this.events.flushSoon(this);
    }
    this.#sent.push(id, bytes);
  }
}

function isBatchSocket(socket: DatagramSocket): socket is DatagramBatchSocket {
  return 'sendFirst' in socket;
}

function isToldToWhoeverStartsIt(): void {}
