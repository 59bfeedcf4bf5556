import type { MessagePort, Worker } from 'node:worker_threads';
import type { DatagramSocket } from '@socketserver/core';
import { serializeError, Slots, type SerializedError, type RequestEnd } from '@socketserver/core/workers';
import { BegunCell } from './begun-cell.js';
import type { Gathering } from './gathering.js';
import { Outbox } from './outbox.js';
import type { Pulse } from './pulse.js';
import { checkFromThread, type FromThread, type ToThread } from './protocol.js';
import type { ThreadJob } from './thread-job.js';
import { within } from './within.js';

export interface RequestThreadParts {
  worker: Worker;
  port: MessagePort;
  begun: BegunCell;
  pulse: Pulse;
  /** Common to all threads: one posts what it has when none of them gets more. */
  gathering: Gathering;
}

export interface RequestThreadEvents {
  /** Its first job has ended. */
  served(): void;
  /** A job has ended, and there is room for another. */
  jobEnded(thread: RequestThread): void;
  /** A handler has called `this.server.shutdown()`. */
  shutdown(): void;
  /** Its event loop has not turned for so long. */
  stuck(thread: RequestThread, ms: number): void;
}

/** What a thread leaves behind. */
export interface Remains {
  /** Jobs whose handler it had begun. */
  begun: ThreadJob[];
  /** Jobs that were posted to it, or were to be, and that it never touched; in that order. */
  untouched: ThreadJob[];
  /** Whether it ever began a job. */
  hasServed: boolean;
}

/** How long a thread gets to write out what is buffered, before it is ended all the same. */
const END_MS = 1_000;

/** The main side of one thread: posts jobs to it, hears how they ended, and knows what is left when it dies. */
export class RequestThread {
  readonly name: string;
  /** Settles when the thread is gone and everything it had said has been heard, with what ended it. */
  readonly gone: Promise<unknown>;
  readonly #worker: Worker;
  readonly #port: MessagePort;
  readonly #begun: BegunCell;
  readonly #pulse: Pulse;
  readonly #events: RequestThreadEvents;
  readonly #outbox: Outbox<ToThread>;
  readonly #jobs = new Slots<ThreadJob>();
  /** The server's socket, once a datagram has been posted. */
  #socket: DatagramSocket | undefined;
  #lastId = 0;
  #posted = 0;
  #hasServed = false;
  #holdsProcess = true;
  #heardEnd: (() => void) | undefined;
  /** What ended it, if that has been told. */
  #cause: unknown;

  constructor({ worker, port, begun, pulse, gathering }: RequestThreadParts, events: RequestThreadEvents) {
    this.name = `Thread-${worker.threadId}`;
    this.#worker = worker;
    this.#port = port;
    this.#begun = begun;
    this.#pulse = pulse;
    this.#events = events;
    this.#outbox = new Outbox(port, (message, error) => this.#refused(message, error), gathering);
    this.gone = this.#untilGone();
    port.on('message', (messages: unknown) => this.#heardAll(messages));
    port.unref();
  }

  /** How many jobs it has. */
  get load(): number {
    return this.#jobs.size;
  }

  /** How many jobs it has ever had. */
  get posted(): number {
    return this.#posted;
  }

  /** Bytes of its own objects and buffers, as it last told. */
  get memory(): number {
    return this.#pulse.memory;
  }

  /** @throws what `pack` throws: the job has then not been posted */
  post(job: ThreadJob): void {
    job.id = BegunCell.after(this.#lastId);
    const slot = this.#jobs.add(job);
    try {
      const { message, transfer } = job.pack(slot);
      this.#outbox.post(message, transfer);
    } catch (error) {
      this.#jobs.remove(slot);
      throw error;
    }
    this.#lastId = job.id;
    this.#posted++;
    this.#socket = job.socket;
    if (this.#holdsProcess) this.#port.ref();
  }

  abort(reason: unknown): void {
    this.#outbox.post({ type: 'abort', reason: serializeError(reason) });
  }

  /** Whether running jobs keep the process alive. */
  holdProcess(holds: boolean): void {
    this.#holdsProcess = holds;
    if (holds && this.#jobs.size > 0) this.#port.ref();
    else this.#port.unref();
  }

  /**
   * Takes its jobs away from it: for a thread that is gone, or should be. What it says of them is not heard any
   * more, and those that it has not begun it never will.
   */
  takeRemains(): Remains {
    const hasBegun = this.#begun.close();
    this.#outbox.empty();
    const begun: ThreadJob[] = [];
    const untouched: ThreadJob[] = [];
    const inOrder = this.#jobs.empty().sort((one, other) => (one.id - other.id) | 0);
    for (const job of inOrder) (hasBegun(job.id) ? begun : untouched).push(job);
    return { begun, untouched, hasServed: this.#hasServed || begun.length > 0 };
  }

  /** Ends the thread at once. Resolves when it is gone, or not at all: inside a blocking system call it cannot be. */
  async kill(): Promise<void> {
    await this.#begun.settle();
    await Promise.all([this.#worker.terminate(), this.gone]);
  }

  /** Lets the thread write out what is buffered, then ends it. For one that has no jobs. */
  async end(): Promise<void> {
    const heard = new Promise<void>((resolve) => {
      this.#heardEnd = resolve;
    });
    this.#outbox.post({ type: 'end' });
    this.#outbox.flush();
    this.#port.ref();
    await within(END_MS, Promise.race([heard, this.gone]));
    // Not awaited: a thread inside a system call that blocks cannot be ended.
    void this.#worker.terminate();
  }

  /** What a thread must not say is the end of it, and of nothing else. */
  #heardAll(messages: unknown): void {
    let checked: FromThread[];
    try {
      checked = checkFromThread(messages);
    } catch (error) {
      this.#cause ??= error;
      void this.kill();
      return;
    }
    for (const message of checked) this.#heard(message);
  }

  #heard(message: FromThread): void {
    if (typeof message === 'number') {
      this.#ended(message);
      return;
    }
    switch (message.type) {
      case 'ended':
        this.#ended(message.slot, message.end);
        return;
      case 'send':
        void this.#send(message);
        return;
      case 'shutdown':
        this.#events.shutdown();
        return;
      case 'over':
        this.#heardEnd?.();
        return;
    }
  }

  #ended(slot: number, end?: RequestEnd): void {
    const job = this.#takeOut(slot);
    if (job === undefined) return; // it was taken away
    if (!this.#hasServed) this.#events.served();
    this.#hasServed = true;
    job.end(end);
    this.#events.jobEnded(this);
  }

  /** A message that cannot be posted: its connection is closed, or its client's address holds what cannot be cloned. */
  #refused(message: ToThread, error: unknown): void {
    if (!('slot' in message)) return;
    const job = this.#takeOut(message.slot);
    if (job === undefined) return; // it was taken away
    job.refuse(error);
    this.#events.jobEnded(this);
  }

  #takeOut(slot: number): ThreadJob | undefined {
    const job = this.#jobs.remove(slot);
    if (this.#jobs.size === 0) this.#port.unref();
    return job;
  }

  async #send({ answer, data, address }: Extract<FromThread, { type: 'send' }>): Promise<void> {
    let outcome: number | SerializedError;
    try {
      outcome = (await this.#socket?.sendTo(data, address)) ?? 0;
    } catch (error) {
      outcome = serializeError(error);
    }
    this.#outbox.post({ type: 'sent', answer, outcome });
  }

  /** The port closes after the last message, the worker exits after its last instruction: both must have been seen. */
  async #untilGone(): Promise<unknown> {
    this.#worker.once('error', (error) => {
      this.#cause ??= error;
    });
    const [code] = await Promise.all([
      new Promise<number>((resolve) => this.#worker.once('exit', resolve)),
      new Promise<void>((resolve) => this.#port.once('close', resolve)),
    ]);
    return this.#cause ?? new Error(`it exited with code ${code}`);
  }
}
