import type { Outcome } from '../../requests/active-requests.js';

// What the workers of one server and its main side have in common when the workers accept for themselves: memory of rows. The
// first row says what holds for all; each other one is one worker's, which alone writes it while it lives. Every figure is
// right at any moment, also that of a worker that has been killed.
const ROW_BYTES = 128;
const ROWS = 512;

/** Bytes of the memory. */
export const TABLE_BYTES = ROWS * ROW_BYTES;

/** Counters of 64 bits, by their place in a row. */
const ENDED = { completed: 1, failed: 2, disconnected: 3, rejected: 4 } as const;
const ACCEPTED = 0;
const LONGS = ROW_BYTES / BigInt64Array.BYTES_PER_ELEMENT;

/** Cells of 32 bits, behind the counters. */
const HELD = 10;
const IS_TAKING = 11;
const DUE_AT = 12;
const EARLY = 13;
const EARLY_ENDED = 14;
const CUT = 15;
const LISTENER = 16;
const RUNNING = 17;
const IS_LOST = 18;
const CELLS = ROW_BYTES / Int32Array.BYTES_PER_ELEMENT;

/** Cells of the first row. */
const MAX_CONNECTIONS = 0;
const REQUESTS_PER_WORKER = 1;
const REJECTS = 2;
const LAST_ROW = 3;
const IS_OVER = 4;

/** In the place of a descriptor: the main side has it. */
const TAKEN = -1;

const NO_LIMIT = 0x7fff_ffff;

/** What holds for all workers. */
export interface AcceptRules {
  /** Requests that run at once, in all workers together. */
  readonly maxConnections: number;
  /** Requests that one worker runs at once. */
  readonly requestsPerWorker: number;
  /** Whether clients above `maxConnections` are closed, and do not wait. */
  readonly rejects: boolean;
}

/** The counters of one worker, or of several. */
export type AcceptCounts = Record<Outcome | 'accepted', number>;

/** The whole memory. */
export class AcceptTable {
  readonly cells: Int32Array;
  readonly longs: BigInt64Array;
  /** What the main side has written to the memory, which a child may have changed. */
  #lastRow = 0;

  constructor(memory: ArrayBufferLike) {
    this.cells = new Int32Array(memory);
    this.longs = new BigInt64Array(memory);
  }

  set rules({ maxConnections, requestsPerWorker, rejects }: AcceptRules) {
    Atomics.store(this.cells, MAX_CONNECTIONS, Math.min(Math.floor(maxConnections), NO_LIMIT));
    Atomics.store(this.cells, REQUESTS_PER_WORKER, Math.min(requestsPerWorker, NO_LIMIT));
    Atomics.store(this.cells, REJECTS, rejects ? 1 : 0);
  }

  get rules(): AcceptRules {
    return {
      maxConnections: Atomics.load(this.cells, MAX_CONNECTIONS),
      requestsPerWorker: Atomics.load(this.cells, REQUESTS_PER_WORKER),
      rejects: Atomics.load(this.cells, REJECTS) === 1,
    };
  }

  /** The listening socket is about to be closed: its number must not be used any more. */
  end(): void {
    Atomics.store(this.cells, IS_OVER, 1);
  }

  get isOver(): boolean {
    return Atomics.load(this.cells, IS_OVER) === 1;
  }

  /** The number of a row that nobody has. @param isFree - of the rows that have been had */
  unusedRow(isFree: (index: number) => boolean): number | undefined {
    for (let index = 1; index < ROWS; index++) {
      if (!isFree(index)) continue;
      this.#lastRow = Math.max(index, this.#lastRow);
      Atomics.store(this.cells, LAST_ROW, this.#lastRow);
      this.row(index).clear();
      return index;
    }
    return undefined;
  }

  row(index: number): AcceptRow {
    return new AcceptRow(this, index);
  }

  get lastRow(): number {
    return Atomics.load(this.cells, LAST_ROW);
  }
}

/** What one worker tells of itself. */
export class AcceptRow {
  readonly index: number;
  readonly #table: AcceptTable;
  readonly #cells: Int32Array;
  readonly #longs: BigInt64Array;
  readonly #cell: number;
  readonly #long: number;

  constructor(table: AcceptTable, index: number) {
    this.index = index;
    this.#table = table;
    this.#cells = table.cells;
    this.#longs = table.longs;
    this.#cell = index * CELLS;
    this.#long = index * LONGS;
  }

  // ── for the worker ──────────────────────────────────────────────────────────────────────────────────────

  accepted(): void {
    Atomics.add(this.#longs, this.#long + ACCEPTED, 1n);
  }

  ended(outcome: Outcome): void {
    Atomics.add(this.#longs, this.#long + ENDED[outcome], 1n);
  }

  /**
   * Takes a place for one more request, of those that `maxConnections` allows all workers together. Two that reach for the last
   * place at once may both fail; they never both get it, for each looks only after it has taken.
   */
  reserve(): boolean {
    this.hold();
    if (this.areWithinLimit) return true;
    this.release();
    return false;
  }

  /** Whether no more places are taken than `maxConnections` says, which may have been lowered. */
  get areWithinLimit(): boolean {
    let held = 0;
    const cells = this.#cells;
    for (let row = 1, last = this.#table.lastRow; row <= last; row++) {
      // A thread that cannot be ended would keep its places for ever.
      if (Atomics.load(cells, row * CELLS + IS_LOST) === 0) held += Atomics.load(cells, row * CELLS + HELD);
    }
    return held <= Atomics.load(cells, MAX_CONNECTIONS);
  }

  /** Takes a place, whatever the limit says. */
  hold(): void {
    Atomics.add(this.#cells, this.#cell + HELD, 1);
  }

  release(): void {
    Atomics.sub(this.#cells, this.#cell + HELD, 1);
  }

  set isTaking(isTaking: boolean) {
    Atomics.store(this.#cells, this.#cell + IS_TAKING, isTaking ? 1 : 0);
  }

  /** For the others: how many requests it runs. */
  set running(requests: number) {
    Atomics.store(this.#cells, this.#cell + RUNNING, requests);
  }

  /** The requests of the worker that has fewest, of those that are to take any; Infinity without one. */
  leastLoad(): number {
    let least = Infinity;
    const cells = this.#cells;
    for (let row = 1, last = this.#table.lastRow; row <= last; row++) {
      const takes = Atomics.load(cells, row * CELLS + IS_TAKING) === 1;
      if (!takes || Atomics.load(cells, row * CELLS + IS_LOST) === 1) continue;
      least = Math.min(least, Atomics.load(cells, row * CELLS + RUNNING));
    }
    return least;
  }

  /** It takes requests from a descriptor that the main side may take from it. */
  listensOn(fd: number): void {
    Atomics.store(this.#cells, this.#cell + LISTENER, fd + 1);
  }

  /** @returns whether it may close that descriptor: not when the main side has taken it */
  stopsListening(): boolean {
    const { listener } = this;
    return listener > 0 && Atomics.compareExchange(this.#cells, this.#cell + LISTENER, listener, 0) > 0;
  }

  get listener(): number {
    return Atomics.load(this.#cells, this.#cell + LISTENER);
  }

  /** Requests after which it is to be replaced; 0: no limit. */
  get dueAt(): number {
    return Atomics.load(this.#cells, this.#cell + DUE_AT);
  }

  /** The server closes, and counts from now on what becomes of those that run. */
  closing(running: number): void {
    Atomics.store(this.#cells, this.#cell + EARLY_ENDED, 0);
    Atomics.store(this.#cells, this.#cell + CUT, 0);
    Atomics.store(this.#cells, this.#cell + EARLY, running + 1);
  }

  /** One of those has ended. */
  earlyEnded(isCut: boolean): void {
    Atomics.add(this.#cells, this.#cell + EARLY_ENDED, 1);
    if (isCut) Atomics.add(this.#cells, this.#cell + CUT, 1);
  }

  // ── for the main side ───────────────────────────────────────────────────────────────────────────────────

  set dueAt(requests: number) {
    Atomics.store(this.#cells, this.#cell + DUE_AT, Math.min(requests, NO_LIMIT));
  }

  /** What has ended is read first: a request that ends meanwhile counts as one that runs. */
  counts(): AcceptCounts {
    const read = (place: number): number => Number(Atomics.load(this.#longs, this.#long + place));
    const [completed, failed] = [read(ENDED.completed), read(ENDED.failed)];
    const [disconnected, rejected] = [read(ENDED.disconnected), read(ENDED.rejected)];
    return { completed, failed, disconnected, rejected, accepted: read(ACCEPTED) };
  }

  /** What has become of the requests that ran when the worker heard that the server closes; undefined before. */
  get early(): { readonly running: number; readonly ended: number; readonly cut: number } | undefined {
    const read = (cell: number): number => Atomics.load(this.#cells, this.#cell + cell);
    const running = read(EARLY);
    return running === 0 ? undefined : { running: running - 1, ended: read(EARLY_ENDED), cut: read(CUT) };
  }

  /** The descriptor on which it listens; it does not close that any more. Undefined when it does not listen. */
  takeListener(): number | undefined {
    const { listener } = this;
    if (listener <= 0) return undefined;
    const taken = Atomics.compareExchange(this.#cells, this.#cell + LISTENER, listener, TAKEN);
    return taken === listener ? listener - 1 : undefined;
  }

  /** The server closes anew. */
  forgetEarly(): void {
    Atomics.store(this.#cells, this.#cell + EARLY, 0);
  }

  /** The worker runs nothing any more, though its thread may not be gone. */
  lose(): void {
    Atomics.store(this.#cells, this.#cell + IS_LOST, 1);
  }

  /** For the next worker. */
  clear(): void {
    for (let long = 0; long < LONGS; long++) Atomics.store(this.#longs, this.#long + long, 0n);
  }
}

/** How many of the counted requests have not ended. */
export function runningOf({ accepted, completed, failed, disconnected, rejected }: AcceptCounts): number {
  return accepted - completed - failed - disconnected - rejected;
}
