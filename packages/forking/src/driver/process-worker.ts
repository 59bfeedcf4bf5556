import type { Socket } from 'node:net';
import {
  isSocket,
  protocolError,
  tellsAll,
  Worker,
  workerDied,
  workerStart,
  type AcceptedByWorker,
  type Job,
  type NamedMessage,
  type Outgoing,
  type OutgoingRequest,
  type WorkerEvents,
} from '@socketserver/core/workers';
import { byWhat, isFromOutside, type ProcessEnd } from '../errors.js';
import { monotonicMs } from '../monotonic-ms.js';
import type { StartMessage } from '../protocol.js';
import { ForkedProcess, type ProcessOptions } from './forked-process.js';
import { InFlightRequests } from './in-flight-requests.js';

/** Datagrams that a child is sent together. */
const MOST_DATAGRAMS = 16;

/** Milliseconds after which connections that could not be sent are given to another child: the system had no room for them. */
const RESEND_MS = 50;

export interface ProcessWorkerOptions extends ProcessOptions {
  readonly start: StartMessage;
  /** Milliseconds that a child has to acknowledge a request. Read for each. */
  readonly acknowledgeTimeout: () => number;
  /** Milliseconds between SIGTERM and SIGKILL. */
  readonly killGrace: () => number;
  /** The child cannot take descriptors from its pipe. */
  readonly onNoDescriptors: () => void;
}

/**
 * The parent's side of one child process. The parent keeps its own copy of a connection until the child says 'begun', before
 * it reads the first byte: what a child that ends had begun has failed, and everything else goes to another one.
 */
export class ProcessWorker extends Worker<Socket> {
  readonly #options: ProcessWorkerOptions;
  readonly #process: ForkedProcess;
  readonly #inFlight = new InFlightRequests((ids) => this.#areLate(ids));
  /** Between the first `dispatch` and `flush`. */
  #isBeingGiven = false;
  #isRetiring = false;
  #endedFor: Error | undefined;

  /** @throws what keeps the process from being started, where Node tells it so */
  constructor(options: ProcessWorkerOptions, events: WorkerEvents, accepted?: AcceptedByWorker) {
    super(events, accepted);
    this.#options = options;
    this.#process = new ForkedProcess(options, {
      onMessages: (messages) => this.receive(messages),
      onNotStarted: (error) => this.#gone(workerStart(this.name, error.message, error)),
      onEnd: (end) => this.#ended(end),
    });
    this.#process.channel.start(options.start);
  }

  override get name(): string {
    return this.pid === undefined ? 'a child' : `child ${this.pid}`;
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** Whether the process is there: one that has exited may still have said what is not read yet. */
  get isRunning(): boolean {
    return this.#process.isRunning;
  }

  /**
   * A child is sent several at once, but not the next ones before it has begun these: one that is busy holds up few, and
   * the others wait where they can go to whichever is free.
   */
  override get hasCapacity(): boolean {
    if (!this.isReady || !this.isRunning || this.#process.wasKilled) return false;
    return this.#inFlight.size === 0 || (this.#isBeingGiven && this.#inFlight.size < this.#mostAtOnce);
  }

  override retire(): Promise<void> {
    if (this.#isRetiring || this.isLost) return this.gone;
    this.#isRetiring = true;
    this.post({ type: 'end' });
    this.flush();
    this.#process.terminate();
    const timer = setTimeout(() => this.#process.kill(), this.#options.killGrace());
    return this.gone.finally(() => clearTimeout(timer));
  }

  override terminate(): Promise<void> {
    return this.retire();
  }

  override kill(error?: Error): void {
    if (tellsAll(error)) this.#endedFor ??= error;
    this.#process.kill(error);
  }

  protected override pack(job: Job, id: number): OutgoingRequest<Socket> {
    const { request, clientAddress } = job;
    const deadline = monotonicMs() + this.#options.acknowledgeTimeout();
    this.#isBeingGiven = true;
    this.#inFlight.add({ id, job, deadline });
    return isSocket(request)
      ? { message: { type: 'stream', id, clientAddress, deadline }, attachment: request }
      : { message: { type: 'datagram', id, clientAddress, deadline, packet: request.packet } };
  }

  protected override write(batch: readonly Outgoing<Socket>[]): void {
    this.#isBeingGiven = false;
    if (this.#process.channel.send(batch)) return;
    const ids = batch.flatMap(({ message }) => (message.type === 'stream' ? [message.id] : []));
    setTimeout(() => this.#giveBack(ids), RESEND_MS);
  }

  /** Of a child that has written rubbish nobody knows what it has begun: it may have said so, and that was not read. */
  protected override hasStarted(job: Job): boolean {
    return !this.#inFlight.has(job) || this.#process.isBroken;
  }

  protected override becomeReady(): void {
    this.#process.forgetStderr();
    super.becomeReady();
  }

  protected override heard(message: NamedMessage): void {
    switch (message.type) {
      case 'begun':
        this.#begun(message.id);
        return;
      case 'returned':
        this.#giveBack([message.id]);
        return;
      case 'no-descriptors':
        this.#options.onNoDescriptors();
        this.#process.kill(protocolError('a child that can take descriptors', 'one without koffi'));
        return;
      default:
        super.heard(message);
    }
  }

  /** Node's own channel takes one socket at a time, and waits for an acknowledgement of its own. */
  get #mostAtOnce(): number {
    const isStream = this.#options.start.handler.socketType === 'stream';
    return isStream ? this.#process.channel.mostSockets : MOST_DATAGRAMS;
  }

  /** The child has it: the parent's copy is closed. `destroy` closes the descriptor and no more: the connection goes on. */
  #begun(id: number): void {
    const job = this.#inFlight.remove(id);
    if (job === undefined) throw protocolError('a request that this child was given', id);
    if (isSocket(job.request)) job.request.destroy();
    this.events.capacity();
  }

  /** The child has left these alone, or was not told of them. Those that were late are with another by now. */
  #giveBack(ids: readonly number[]): void {
    const jobs = this.#takeBack(ids);
    if (jobs.length > 0) this.events.requeued(this, jobs);
  }

  #areLate(ids: readonly number[]): void {
    if (this.isLost) return; // the check was under way
    const jobs = this.#takeBack(ids);
    const hasBegunNothing = this.load === this.#inFlight.size;
    if (this.#process.channel.hasEnded || hasBegunNothing) this.kill();
    this.becomeUnresponsive(jobs);
  }

  #takeBack(ids: readonly number[]): Job[] {
    const inFlight = ids.filter((id) => this.#inFlight.remove(id) !== undefined);
    return inFlight.map((id) => this.takeBack(id)).filter((job) => job !== undefined);
  }

  #ended(end: ProcessEnd): void {
    const { failure, wrote, wasKilled } = this.#process;
    const how = byWhat(end);
    const wroteToo = wrote === '' ? how : `${how}; it wrote:\n${wrote}`;
    this.#gone(
      this.#endedFor ?? workerStart(this.name, wroteToo, failure),
      this.#endedFor ?? workerDied(this.name, how, failure),
      !wasKilled && !this.#isRetiring && isFromOutside(end),
    );
  }

  #gone(startError: Error, error = startError, wasKilled = false): void {
    this.#inFlight.stopTimer();
    this.lose({ error, startError, wasKilled });
    this.leave();
  }
}
