import type { MessagePort, TransferListItem, Worker as NodeWorker } from 'node:worker_threads';
import {
  connectionClosed,
  deserializeError,
  isSocket,
  joinDatagrams,
  messageOf,
  protocolError,
  tellsAll,
  within,
  Worker,
  workerDied,
  workerStart,
  type AcceptedByWorker,
  type Job,
  type NamedMessage,
  type Outgoing,
  type OutgoingRequest,
  type Unfinished,
  type WorkerEvents,
} from '@socketserver/core/workers';
import { SocketTransfer, transferOf, type HandOver } from './socket-transfer.js';
import type { StartMarker } from './start-marker.js';
import type { ThreadReady } from './thread-start.js';

/** How long a thread gets to write out what it has printed, and then to be gone, in ms. */
const END_MS = 1_000;
/** Milliseconds in which a thread that is not wanted any more may still come to the end of loading. */
const LOADED_MS = 5_000;

export interface ThreadParts {
  readonly thread: NodeWorker;
  readonly port: MessagePort;
  readonly marker: StartMarker;
  /** What piscina's one task comes to. */
  readonly loaded: Promise<ThreadReady>;
  /** Why the task has not left for the thread, if it failed of that. */
  readonly whyNotSent: (error: unknown) => Error | undefined;
  readonly handOver: HandOver;
  /** Whether jobs keep the process alive. */
  readonly holdsProcess: () => boolean;
}

/** The main side of one thread. */
export class ThreadWorker extends Worker<TransferListItem> {
  readonly name: string;
  readonly #thread: NodeWorker;
  readonly #parts: ThreadParts;
  #heardOver: (() => void) | undefined;
  #ending: Promise<void> | undefined;
  #exiting: Promise<void> | undefined;
  /** What ended it, if that has been told. */
  #cause: unknown;
  /** The jobs that it had started when it was lost. */
  #started: readonly Job[] = [];

  constructor(parts: ThreadParts, events: WorkerEvents, accepted?: AcceptedByWorker) {
    super(events, accepted);
    const { thread } = parts;
    this.name = `Thread-${thread.threadId}`;
    this.#thread = thread;
    this.#parts = parts;
    thread.once('error', (error) => {
      this.#cause ??= error;
    });
    parts.port.on('message', (messages: unknown) => this.receive(messages));
    parts.port.unref();
    void this.#untilGone();
    void this.#untilLoaded();
  }

  /** Jobs keep the process alive, or do so no more. */
  holdProcess(): void {
    if (this.load > 0 && this.#parts.holdsProcess()) this.#parts.port.ref();
    else this.#parts.port.unref();
  }

  retire(): Promise<void> {
    this.#ending ??= this.#retire();
    return this.#ending;
  }

  terminate(): Promise<void> {
    this.#ending ??= this.#terminate();
    return this.#ending;
  }

  kill(error = new Error('the server ended it')): void {
    this.#parts.marker.close();
    this.seal();
    this.lose(
      tellsAll(error)
        ? { error }
        : {
            error: workerDied(this.name, error.message, error),
            startError: workerStart(this.name, error.message, error),
          },
    );
    this.#exiting ??= this.#exit();
  }

  override takeUnfinished(): Unfinished {
    const unfinished = super.takeUnfinished();
    this.#started = unfinished.started;
    return unfinished;
  }

  async #retire(): Promise<void> {
    await this.#hasLoaded();
    if (this.isReady) {
      const over = new Promise<void>((resolve) => {
        this.#heardOver = resolve;
      });
      this.post({ type: 'end' });
      this.flush();
      this.#parts.port.ref();
      await within(END_MS, Promise.race([over, this.gone]));
    }
    this.#exiting ??= this.#exit();
    await this.#exiting;
  }

  async #terminate(): Promise<void> {
    await this.#hasLoaded();
    this.kill();
    await this.#exiting;
  }

  /** A thread that ends while it reads its files leaves them open: it gets a moment to come to the end of that. */
  async #hasLoaded(): Promise<void> {
    const loaded = this.ready.catch(isToldToWhoeverStartsIt);
    await within(LOADED_MS, Promise.race([loaded, this.lost]));
  }

  async #exit(): Promise<void> {
    await this.#parts.marker.settle();
    this.seal();
    void this.#thread.terminate(); // not awaited: a thread inside a system call that blocks cannot be ended
    await within(END_MS, this.gone);
    if (this.isGone) return;
    for (const { handoff } of this.#started) if (handoff instanceof SocketTransfer) handoff.cut();
  }

  // ── what a thread is given ──────────────────────────────────────────────────────────────────────────────

  protected pack(job: Job, id: number): OutgoingRequest<TransferListItem> {
    const { request, clientAddress, sequence } = job;
    if (isSocket(request)) {
      const transfer =
        job.handoff instanceof SocketTransfer ? job.handoff : transferOf(request, this.#parts.handOver);
      job.handoff = transfer;
      const { connection, attachment } = transfer;
      return { message: { type: 'stream', id, sequence, connection, clientAddress }, attachment };
    }
    return { message: { type: 'datagram', id, sequence, packet: request.packet, clientAddress } };
  }

  protected write(batch: readonly Outgoing<TransferListItem>[]): void {
    try {
      this.#post(batch);
    } catch {
      // A list is checked and cloned as a whole before anything of it moves. What has moved all the same, because the system
      // had no descriptor for the next one, cannot be posted a second time.
      for (const outgoing of batch) this.#writeOne(outgoing);
    }
  }

  /** One may hold what cannot be cloned: a client's address is an override's to give. */
  #writeOne(outgoing: Outgoing<TransferListItem>): void {
    const { message } = outgoing;
    try {
      this.#post([outgoing]);
    } catch (error) {
      if (message.type !== 'stream' && message.type !== 'datagram') return;
      const { connection } = message as { connection?: unknown };
      this.refuse(message.id, isClosed(connection, error) ? connectionClosed(connection, 'a thread') : error);
    }
  }

  #post(batch: readonly Outgoing<TransferListItem>[]): void {
    const transfers = batch.map(({ attachment }) => attachment).filter(isPresent);
    this.#parts.port.postMessage(joinDatagrams(batch.map(({ message }) => message)), transfers);
  }

  protected hasStarted({ sequence }: Job): boolean {
    return this.#parts.marker.hasStarted(sequence);
  }

  protected override busyChanged(): void {
    this.holdProcess();
  }

  // ── what becomes of it ──────────────────────────────────────────────────────────────────────────────────

  protected override heard(message: NamedMessage): void {
    if (message.type !== 'over') throw protocolError('a message of a thread', message.type);
    this.#heardOver?.();
  }

  async #untilLoaded(): Promise<void> {
    try {
      const answer = await this.#parts.loaded;
      if (answer.type === 'failed') this.failStart(deserializeError(answer.error)); // its module cache has it for good
      else this.becomeReady();
    } catch (error) {
      const unsent = this.#parts.whyNotSent(error);
      if (unsent === undefined) {
        this.#cause ??= error;
        return;
      }
      this.#parts.port.close();
      this.failStart(unsent);
    }
  }

  /** The port closes after the last message, the thread exits after its last instruction: both must have been seen. */
  async #untilGone(): Promise<void> {
    const [code] = await Promise.all([
      new Promise<number>((resolve) => this.#thread.once('exit', resolve)),
      new Promise<void>((resolve) => this.#parts.port.once('close', resolve)),
    ]);
    this.#parts.marker.close();
    const how = this.#cause === undefined ? `exit code ${code}` : howItEnded(this.#cause);
    this.lose({
      error: workerDied(this.name, how, this.#cause),
      startError: workerStart(this.name, how, this.#cause),
    });
    this.leave();
  }
}

function isClosed(connection: unknown, error: unknown): connection is Parameters<typeof connectionClosed>[0] {
  const { code } = error as { code?: unknown };
  return (
    code === 'ERR_WORKER_HANDLE_NOT_TRANSFERABLE' &&
    (connection as { destroyed?: unknown }).destroyed === true
  );
}

function howItEnded(cause: unknown): string {
  const isHomeless = (Object(cause) as { syscall?: unknown }).syscall === 'uv_cwd';
  const cure =
    '; the working directory was removed, and Node starts no thread without one: call process.chdir()';
  return isHomeless ? messageOf(cause) + cure : messageOf(cause);
}

function isPresent(attachment: TransferListItem | undefined): attachment is TransferListItem {
  return attachment !== undefined;
}

function isToldToWhoeverStartsIt(): void {}
