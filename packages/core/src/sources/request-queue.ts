import type { ClientAddress } from '../address.js';
import { serverClosed } from '../errors.js';

export type Arrival<Request> = [request: Request, clientAddress: ClientAddress];

/** How many arrivals may wait, and which one gives way when another comes. */
export interface QueueBound {
  readonly size: number;
  readonly drop: 'newest' | 'oldest';
  /** Called for each one that is dropped. */
  onDrop(): void;
}

/**
 * Where arrivals wait to be taken. `ready()` waits for one and takes none, as select(2) does; `take()` takes one, and
 * waits for it if there is none.
 */
export class RequestQueue<Request> {
  readonly #arrivals: Arrival<Request>[] = [];
  readonly #bound: QueueBound | undefined;
  #failure: { error: unknown } | undefined;
  #hasEnded = false;
  /** Whoever waits. It stays until something is taken: what is waited for does not count as waiting. */
  #waiter: { readonly ready: Promise<void>; resolve(): void } | undefined;

  constructor(bound?: QueueBound) {
    this.#bound = bound;
  }

  get length(): number {
    return this.#arrivals.length;
  }

  /** Whether `take()` settles at once: there is an arrival, a failure, or nothing more to come. */
  get isReady(): boolean {
    return this.#arrivals.length > 0 || this.#failure !== undefined || this.#hasEnded;
  }

  /** Resolves when `isReady` is true. Any number of callers may wait. */
  ready(): Promise<void> {
    if (this.isReady) return Promise.resolve();
    this.#waiter ??= newWaiter();
    return this.#waiter.ready;
  }

  put(arrival: Arrival<Request>): void {
    if (this.#hasRoom) {
      this.#arrivals.push(arrival);
    } else {
      if (this.#bound?.drop === 'oldest') {
        this.#arrivals.shift();
        this.#arrivals.push(arrival);
      }
      this.#bound?.onDrop();
    }
    this.#waiter?.resolve();
  }

  /** Whoever takes next gets `error`, after the arrivals. A failure that nobody has seen is replaced by the next. */
  fail(error: unknown): void {
    this.#failure = { error };
    this.#waiter?.resolve();
  }

  /** Nothing more comes: whoever takes from an empty queue gets ERR_SOCKETSERVER_CLOSED. */
  end(): void {
    this.#hasEnded = true;
    this.#waiter?.resolve();
  }

  /** The next arrival. @throws what `fail` was given; {@link SocketServerError} ERR_SOCKETSERVER_CLOSED after the end */
  async take(): Promise<Arrival<Request>> {
    while (!this.isReady) await this.ready(); // another one may take what came
    return this.takeNow();
  }

  /** The same when `isReady` is true, without a wait. */
  takeNow(): Arrival<Request> {
    this.#waiter = undefined;
    const arrival = this.#arrivals.shift();
    if (arrival !== undefined) return arrival;
    const failure = this.#failure ?? { error: serverClosed('getRequest()') };
    this.#failure = undefined;
    throw failure.error;
  }

  /** Takes out whatever nobody has taken. */
  empty(): Arrival<Request>[] {
    return this.#arrivals.splice(0);
  }

  get #hasRoom(): boolean {
    const awaited = this.#waiter === undefined ? 0 : 1;
    return this.#bound === undefined || this.#arrivals.length < this.#bound.size + awaited;
  }
}

function newWaiter(): { readonly ready: Promise<void>; resolve(): void } {
  let resolve = (): void => {};
  const ready = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { ready, resolve };
}
