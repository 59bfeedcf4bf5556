const PUT = 0;
const TAKEN = 1;
const IS_AWAITED = 2;
const FIRST = 3;
/** How many ids it holds: a power of two, so that the counts may start again from below. */
const SIZE = 1_024;

/**
 * Memory that a thread shares with the main side, in which it says which of its requests have ended. A message would
 * wake the main side, which costs more than all the rest of handing a short connection over and back; the ring is
 * read whenever the main side is awake anyway. Where somebody waits for an end, a message says that there is one.
 */
export class EndedRing {
  readonly cells: Int32Array;

  constructor(
    cells: Int32Array = new Int32Array(new SharedArrayBuffer((FIRST + SIZE) * Int32Array.BYTES_PER_ELEMENT)),
  ) {
    this.cells = cells;
  }

  /** For the thread. @returns false when it is full */
  put(id: number): boolean {
    const put = this.cells[PUT]!;
    if (((put - Atomics.load(this.cells, TAKEN)) | 0) >= SIZE) return false;
    this.cells[FIRST + (put & (SIZE - 1))] = id;
    Atomics.store(this.cells, PUT, (put + 1) | 0);
    return true;
  }

  /** For the thread: whether the main side knows all of it already. */
  get isEmpty(): boolean {
    return this.cells[PUT] === Atomics.load(this.cells, TAKEN);
  }

  /** For the thread: whether an end is to be told at once. To be asked after `put`. */
  get isAwaited(): boolean {
    return Atomics.load(this.cells, IS_AWAITED) !== 0;
  }

  /** For the main side; `take` has to follow, for what was put before this was seen. */
  await(isAwaited: boolean): void {
    Atomics.store(this.cells, IS_AWAITED, isAwaited ? 1 : 0);
  }

  /** For the main side: the ids that were put since the last time. */
  take(): number[] {
    const put = Atomics.load(this.cells, PUT);
    let taken = this.cells[TAKEN]!;
    if (taken === put) return NONE;
    const ids: number[] = [];
    for (; taken !== put; taken = (taken + 1) | 0) ids.push(this.cells[FIRST + (taken & (SIZE - 1))]!);
    Atomics.store(this.cells, TAKEN, taken);
    return ids;
  }
}

const NONE: number[] = [];
