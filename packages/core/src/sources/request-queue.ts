import type { ClientAddress } from '../address.js';

export type Arrival<Request> = [request: Request, clientAddress: ClientAddress];

/** How many arrivals may wait, and which one gives way when another comes. */
export interface QueueBound {
  readonly size: number;
  readonly drop: 'newest' | 'oldest';
  /** Called for each one that is dropped. */
  onDrop(): void;
}

/** Where arrivals wait for the loop, and where the loop waits for arrivals: at most one side waits at a time. */
export class RequestQueue<Request> {
  readonly #arrivals: Arrival<Request>[] = [];
  #taker: { resolve(arrival: Arrival<Request>): void; reject(error: unknown): void } | undefined;
  #failure: { error: unknown } | undefined;
  readonly #bound: QueueBound | undefined;

  constructor(bound?: QueueBound) {
    this.#bound = bound;
  }

  get length(): number {
    return this.#arrivals.length;
  }

  /** Whether a taker waits. */
  get isWaitedFor(): boolean {
    return this.#taker !== undefined;
  }

  put(arrival: Arrival<Request>): void {
    const taker = this.#taker;
    if (taker === undefined) {
      this.#queue(arrival);
      return;
    }
    this.#taker = undefined;
    taker.resolve(arrival);
  }

  #queue(arrival: Arrival<Request>): void {
    if (this.#bound === undefined || this.#arrivals.length < this.#bound.size) {
      this.#arrivals.push(arrival);
      return;
    }
    if (this.#bound.drop === 'oldest') {
      this.#arrivals.shift();
      this.#arrivals.push(arrival);
    }
    this.#bound.onDrop();
  }

  /** Hands `error` to whoever takes next. A second failure that nobody has seen replaces the first. */
  fail(error: unknown): void {
    const taker = this.#taker;
    if (taker === undefined) {
      this.#failure = { error };
      return;
    }
    this.#taker = undefined;
    taker.reject(error);
  }

  take(): Promise<Arrival<Request>> {
    const arrival = this.#arrivals.shift();
    if (arrival !== undefined) return Promise.resolve(arrival);
    if (this.#failure !== undefined) {
      const { error } = this.#failure;
      this.#failure = undefined;
      return Promise.reject(error as Error);
    }
    return new Promise((resolve, reject) => {
      this.#taker = { resolve, reject };
    });
  }

  /** Takes out whatever nobody has taken. */
  empty(): Arrival<Request>[] {
    return this.#arrivals.splice(0);
  }
}
