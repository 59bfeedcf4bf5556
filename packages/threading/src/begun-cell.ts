/** In the cell's place when nothing may begin any more. No id has this value. */
const CLOSED = -0x8000_0000;
const LAST_ID = 0x7fff_ffff;

/**
 * One cell of memory that a thread shares with the main side: the id of the last request that it has begun.
 * Requests begin in the order of their ids, so the main side knows without a message which ones a thread never
 * touched. Once it has closed the cell the thread begins none, however late it wakes up.
 */
export class BegunCell {
  readonly cell: Int32Array;
  #last = 0;

  constructor(cell: Int32Array = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT))) {
    this.cell = cell;
  }

  /** The id after `id`; they start again from below. */
  static after(id: number): number {
    return id === LAST_ID ? CLOSED + 1 : id + 1;
  }

  /** For the thread. @returns false when it must not begin the request */
  begin(id: number): boolean {
    if (Atomics.compareExchange(this.cell, 0, this.#last, id) !== this.#last) return false;
    this.#last = id;
    return true;
  }

  /** For the main side. @returns tells whether a request had been begun by then */
  close(): (id: number) => boolean {
    const last = Atomics.exchange(this.cell, 0, CLOSED);
    return (id) => ((last - id) | 0) >= 0;
  }
}
