import { setTimeout as delay } from 'node:timers/promises';

/** In the cell's place when nothing may begin any more. No id has this value. */
const CLOSED = -0x8000_0000;
const LAST_ID = 0x7fff_ffff;

/** The cells: the id of the last request that was begun, and whether the thread is just taking one. */
const LAST = 0;
const TAKING = 1;
/** Milliseconds between two looks at the latter, and for how long it is looked at. */
const LOOK_MS = 1;
const MOST_MS = 100;

/**
 * Memory that a thread shares with the main side: the id of the last request that it has begun. Requests begin in the
 * order of their ids, so the main side knows without a message which ones a thread never touched. Once it has closed the
 * cells the thread begins none, however late it wakes up.
 */
export class BegunCell {
  readonly cells: Int32Array;
  #last = 0;
  #hasBegun: ((id: number) => boolean) | undefined;

  constructor(cells: Int32Array = new Int32Array(new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT))) {
    this.cells = cells;
  }

  /** The id after `id`; they start again from below. */
  static after(id: number): number {
    return id === LAST_ID ? CLOSED + 1 : id + 1;
  }

  /** For the thread, which then takes the request, and says so. @returns false when it must not begin it */
  begin(id: number): boolean {
    Atomics.store(this.cells, TAKING, 1);
    if (Atomics.compareExchange(this.cells, LAST, this.#last, id) !== this.#last) {
      this.taken();
      return false;
    }
    this.#last = id;
    return true;
  }

  /** For the thread: it owns the request's descriptor, and will close it however it ends. */
  taken(): void {
    Atomics.store(this.cells, TAKING, 0);
  }

  /** For the main side. Idempotent. @returns tells whether a request had been begun by then */
  close(): (id: number) => boolean {
    if (this.#hasBegun === undefined) {
      const last = Atomics.exchange(this.cells, LAST, CLOSED);
      this.#hasBegun = (id) => ((last - id) | 0) >= 0;
    }
    return this.#hasBegun;
  }

  /**
   * For the main side, before it ends the thread: closes the cells, and waits until the thread is not taking a request.
   * One that ended in the middle of it would leave the descriptor open, and the client waiting. It takes microseconds.
   */
  async settle(): Promise<void> {
    this.close();
    for (let ms = 0; Atomics.load(this.cells, TAKING) === 1 && ms < MOST_MS; ms += LOOK_MS) {
      await delay(LOOK_MS);
    }
  }
}
