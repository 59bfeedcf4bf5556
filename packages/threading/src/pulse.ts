import { getHeapStatistics } from 'node:v8';

const BEATS = 0;
const KIBIBYTES = 1;
const KIBIBYTE = 1_024;

/** How a thread shows that its event loop turns. */
export interface PulseStart {
  /** The memory of a `Pulse`. */
  cells: Int32Array;
  everyMs: number;
  /** Whether to tell its memory, too. */
  weighs: boolean;
}

/** Memory that a thread shares with the main side: it counts up with every beat of a timer of the thread. */
export class Pulse {
  readonly cells: Int32Array;

  constructor(cells: Int32Array = new Int32Array(new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT))) {
    this.cells = cells;
  }

  /** For the thread. */
  static start({ cells, everyMs, weighs }: PulseStart): void {
    const beat = (): void => {
      if (weighs) Atomics.store(cells, KIBIBYTES, usedMemory() / KIBIBYTE);
      Atomics.add(cells, BEATS, 1);
    };
    beat();
    setInterval(beat, everyMs).unref();
  }

  /** For the main side: 0 until the thread's first beat. */
  get beats(): number {
    return Atomics.load(this.cells, BEATS);
  }

  /** Bytes of the thread's own objects and buffers, at the last beat. */
  get memory(): number {
    return Atomics.load(this.cells, KIBIBYTES) * KIBIBYTE;
  }
}

/** Of this thread's isolate: the resident set is the whole process's. Buffers are external memory. */
function usedMemory(): number {
  const { used_heap_size, external_memory } = getHeapStatistics();
  return used_heap_size + external_memory;
}
