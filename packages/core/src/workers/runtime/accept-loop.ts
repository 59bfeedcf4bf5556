import type { BoundAddress, ClientAddress } from '../../address.js';
import { isSocket } from '../../execution/connection-end.js';
import { AcceptBackoff } from '../../loop/accept-backoff.js';
import { serializeError } from '../../requests/serialized-error.js';
import type { Arrival } from '../../sources/request-queue.js';
import { sharedSocket, type SharedSocket } from '../../sources/shared-socket.js';
import type { WorkerRequest } from '../job.js';
import { AcceptTable, type AcceptRow } from '../protocol/accept-table.js';
import type { AcceptTerms, HowToTake } from '../protocol/messages.js';
import type { RequestEnd } from '../protocol/request-end.js';
import type { MainSide } from './main-side.js';

/**
 * A worker takes no request while it has so many more than the one that has fewest: an eighth of those, and as many again, but of
 * that at least 1 and at most 6. It takes again at half the distance. So whoever has one, which might be heavy, leaves the next one
 * to a worker that has none; and among many a worker seldom stops, which costs some 25 µs. (The kernel wakes whom it likes,
 * mostly the same one.)
 */
function fairLead(least: number): number {
  return least / 8 + Math.min(6, Math.max(1, least));
}

/** Milliseconds between two looks of a worker that takes nothing for now: others may have ended a request, or take none. */
const LOOK_MS = 5;
/** The same when the last one has found clients whom nobody took, and how many it takes then. */
const LOOK_AGAIN_MS = 1;
const MOST_AT_A_LOOK = 16;

export interface AcceptLoopOptions {
  readonly terms: AcceptTerms;
  /** What all workers and the main side share. */
  readonly memory: ArrayBufferLike;
  /** The descriptor of the socket, which stays open. */
  readonly fd: number;
  readonly serverAddress: BoundAddress;
  readonly main: MainSide;
  /** Runs a request; resolves when it has ended, with undefined when there is nothing to tell of it. Never rejects. */
  readonly run: (request: WorkerRequest, clientAddress: ClientAddress) => Promise<RequestEnd | undefined>;
}

/**
 * Takes requests inside a worker, from the socket that all workers of its server share, and counts what becomes of them in the
 * memory that they share too. It takes one only while it holds a place for it, so that `maxConnections` holds for all together.
 */
export class AcceptLoop {
  readonly #options: AcceptLoopOptions;
  readonly #table: AcceptTable;
  readonly #row: AcceptRow;
  readonly #socket: SharedSocket;
  readonly #failures = new AcceptBackoff();
  #isOpen = false;
  /** Whether the socket gives requests now. */
  #isTaking = false;
  /** Whether it holds a place for the next request. */
  #isReserved = false;
  #running = 0;
  /** Once it takes the last ones: those that it cannot run yet. */
  readonly #waiting: Arrival<WorkerRequest>[] = [];
  #isFinishing = false;
  #accepted = 0;
  /** How many had been taken when the server began to close. */
  #early = 0;
  #isDueTold = false;
  /** Runs while it takes nothing, and might. */
  #timer: NodeJS.Timeout | undefined;
  /** Whether a failure to take one is waited out. */
  #isFailing = false;

  constructor(options: AcceptLoopOptions) {
    const { terms, memory, fd, serverAddress } = options;
    this.#options = options;
    this.#table = new AcceptTable(memory);
    this.#row = this.#table.row(terms.row);
    this.#socket = sharedSocket({
      sharing: terms.sharing,
      fd,
      serverAddress,
      events: {
        onArrival: (arrival) => this.#arrived(arrival),
        onFailure: (error) => this.#failed(error),
        onListen: (descriptor) => this.#row.listensOn(descriptor),
        mayClose: () => this.#row.stopsListening(),
      },
    });
  }

  open(): Promise<void> {
    return this.#socket.open();
  }

  /** What the main side wants: that it takes requests, leaves them, or takes those that wait now and then leaves them. */
  async take(how: HowToTake): Promise<void> {
    this.#isOpen = how === 'on';
    this.#row.isTaking = this.#isOpen;
    if (how === 'last') await this.#finish();
    this.#goOn();
    if (how !== 'on') this.#options.main.post({ type: 'stopped' });
  }

  /** This worker ends: what its event loop would still take nobody would serve. */
  leave(): void {
    this.#isOpen = false;
    this.#socket.pause();
    this.#row.stopsListening(); // its descriptor is closed with it
  }

  /** The server closes: what becomes of the requests that run now is counted. */
  closing(): void {
    this.#early = this.#accepted;
    this.#row.closing(this.#running);
  }

  /** Clients that are left in the backlog of a socket that closes are reset: those above `requestsPerWorker` wait here. */
  async #finish(): Promise<void> {
    this.#isOpen = true;
    this.#isFinishing = true;
    await this.#socket.finish(() => this.#mayHold && this.#holdsPlace());
    this.#isOpen = false;
  }

  /** Brings the socket to what may be done now. */
  #goOn(): void {
    if (this.#isFinishing && this.#isOpen) {
      if (!this.#holdsPlace()) this.#socket.pause();
      return;
    }
    if (!this.#isFailing && this.#mayTake()) {
      if (this.#isTaking) return;
      this.#stopLooking();
      this.#isTaking = true;
      this.#socket.resume();
      return;
    }
    if (this.#isTaking) this.#socket.pause();
    this.#isTaking = false;
    this.#giveUpPlace();
    if (this.#hasRoom) this.#timer ??= setTimeout(() => this.#look(), LOOK_MS);
  }

  #mayTake(): boolean {
    return this.#hasRoom && this.#isFair() && this.#holdsPlace();
  }

  /** Whether this worker may have one more request. */
  get #hasRoom(): boolean {
    return this.#mayHold && this.#running < this.#table.rules.requestsPerWorker;
  }

  get #mayHold(): boolean {
    return this.#isOpen && !this.#table.isOver;
  }

  /** Whether no other one has much less to do. Datagrams do not stay. */
  #isFair(): boolean {
    if (this.#options.terms.sharing.socketType === 'datagram') return true;
    const least = this.#row.leastLoad();
    const lead = fairLead(least);
    return this.#running - least < (this.#isTaking ? lead : lead / 2);
  }

  /** Whether there is a place for one more among all, or it is to be rejected. */
  #holdsPlace(): boolean {
    if (this.#isReserved && !this.#row.areWithinLimit) this.#giveUpPlace();
    this.#isReserved ||= this.#row.reserve();
    return this.#isReserved || this.#table.rules.rejects;
  }

  /** A client that nobody has taken all the while is not to wait for workers that do not answer, be it fair or not. */
  #look(): void {
    this.#stopLooking();
    this.#isFailing = false;
    this.#goOn();
    let taken = 0;
    while (this.#mayTakeAtALook && taken < MOST_AT_A_LOOK && this.#socket.takeWaiting()) taken++;
    if (this.#isTaking) return;
    this.#giveUpPlace();
    if (taken === 0 || this.#isFailing) return; // the next look is due
    this.#stopLooking();
    this.#timer = setTimeout(() => this.#look(), LOOK_AGAIN_MS);
  }

  get #mayTakeAtALook(): boolean {
    return !this.#isFailing && !this.#isTaking && this.#hasRoom && this.#holdsPlace();
  }

  #stopLooking(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #giveUpPlace(): void {
    if (this.#isReserved) this.#row.release();
    this.#isReserved = false;
  }

  #arrived([request, clientAddress]: Arrival<WorkerRequest>): void {
    this.#failures.succeeded();
    this.#row.accepted();
    if (!this.#isReserved && !this.#row.reserve()) {
      if (this.#table.rules.rejects) {
        this.#row.ended('rejected');
        if (isSocket(request)) request.destroy();
        return;
      }
      this.#row.hold(); // it was received before this worker was told to take any
    }
    this.#isReserved = false; // the place is the request's now
    if (this.#isFinishing && this.#running >= this.#table.rules.requestsPerWorker) {
      this.#waiting.push([request, clientAddress]);
      return;
    }
    this.#begin(request, clientAddress);
    this.#goOn();
  }

  #begin(request: WorkerRequest, clientAddress: ClientAddress): void {
    this.#row.running = ++this.#running;
    const number = ++this.#accepted;
    const { dueAt } = this.#row;
    if (dueAt > 0 && number >= dueAt && !this.#isDueTold) {
      this.#isDueTold = true;
      this.#options.main.post({ type: 'due' });
    }
    void this.#options
      .run(request, clientAddress)
      .then((end) => this.#ended(end, number <= this.#early, clientAddress));
  }

  #ended(end: RequestEnd | undefined, isEarly: boolean, clientAddress: ClientAddress): void {
    this.#row.running = --this.#running;
    const outcome = outcomeOf(end);
    // First: this worker may end at any moment, and what has failed is reported.
    if (outcome === 'failed' && end?.error !== undefined) {
      this.#options.main.tell({ type: 'failure', error: end.error, clientAddress });
    }
    this.#row.ended(outcome);
    if (isEarly) this.#row.earlyEnded(end?.cut === true);
    this.#row.release();
    const next = this.#waiting.shift();
    if (next !== undefined) this.#begin(...next);
    if (!this.#isTaking) this.#goOn();
    if (!this.#isOpen && this.#running === 0) this.#options.main.post({ type: 'idle' });
  }

  #failed(error: Error): void {
    if (this.#isTaking) this.#socket.pause();
    this.#isTaking = false;
    this.#giveUpPlace();
    const passes = this.#failures.passesOver(error);
    const { waitMs, isFirst } = passes ? { waitMs: 0, isFirst: false } : this.#failures.failed();
    if (isFirst) this.#options.main.tell({ type: 'accept-failed', error: serializeError(error) });
    this.#isFailing = true;
    this.#stopLooking();
    this.#timer = setTimeout(() => this.#look(), waitMs);
  }
}

function outcomeOf(end: RequestEnd | undefined): 'completed' | 'failed' | 'disconnected' {
  if (end?.error === undefined) return 'completed';
  return end.disconnected === true ? 'disconnected' : 'failed';
}
