import { setTimeout as delay } from 'node:timers/promises';

/** In the marker's place when nothing may start any more. No id has this value. */
const CLOSED = -0x8000_0000;

/** The cells: the id of the last request that was started, and whether the thread is just taking one over. */
const LAST = 0;
const TAKING = 1;
/** Milliseconds between two looks at the latter, and for how long it is looked at. */
const LOOK_MS = 1;
const MAX_LOOK_MS = 100;

/**
 * Memory that a thread shares with the main side: the sequence number of the last request that it has started. A thread starts
 * requests in this order, so the main side knows without a message which ones it never touched. Once the main side has closed
 * the marker the thread starts none, however late it wakes up.
 */
export class StartMarker {
  readonly cells: Int32Array;
  #last = 0;
  #closedAt: number | undefined;

  constructor(cells: Int32Array = new Int32Array(new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT))) {
    this.cells = cells;
  }

  /** For the thread, which then takes the request over, and says so. @returns false when it must not start it */
  start(id: number): boolean {
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

  /** For the main side. Ids are 32 bits and start again from below. */
  hasStarted(id: number): boolean {
    const last = this.#closedAt ?? Atomics.load(this.cells, LAST);
    return ((last - id) | 0) >= 0;
  }

  /** For the main side: nothing starts any more. Idempotent. */
  close(): void {
    this.#closedAt ??= Atomics.exchange(this.cells, LAST, CLOSED);
  }

  /**
   * For the main side, before it ends the thread: closes the marker, and waits until the thread is not taking a request over.
   * One that ended in the middle of it would leave the descriptor open, and the client waiting. It takes microseconds.
   */
  async settle(): Promise<void> {
    this.close();
    for (let ms = 0; Atomics.load(this.cells, TAKING) === 1 && ms < MAX_LOOK_MS; ms += LOOK_MS) {
      await delay(LOOK_MS);
    }
  }
}
