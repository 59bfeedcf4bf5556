import { Worker } from 'node:worker_threads';

/**
 * Calls back at fixed intervals. A thread of its own keeps the time: timers of an event loop are whole milliseconds,
 * and up to one late.
 */
export class Arrivals {
  readonly #thread: Worker;
  readonly #firstAt: number;
  readonly #intervalMs: number;
  readonly #arrived: (dueAt: number) => void;
  #count = 0;

  /** @param arrived - is told when each was due, in the time of `performance.now()`, at once or later */
  constructor(intervalMs: number, arrived: (dueAt: number) => void) {
    this.#intervalMs = intervalMs;
    this.#arrived = arrived;
    this.#firstAt = performance.now() + START_MS;
    this.#thread = new Worker(new URL('./arrivals-thread.js', import.meta.url), {
      workerData: {
        firstAt: process.hrtime.bigint() + BigInt(START_MS * 1e6),
        intervalMs: Math.max(intervalMs, FINEST_MS),
      } satisfies ArrivalsPlan,
    });
    this.#thread.unref();
    this.#thread.on('message', () => this.#tell());
  }

  /** Those that are due by now have been told. */
  async stop(): Promise<void> {
    this.#tell();
    this.#thread.removeAllListeners('message');
    await this.#thread.terminate();
  }

  #tell(): void {
    const now = performance.now();
    for (let due; (due = this.#firstAt + this.#count * this.#intervalMs) <= now; this.#count++) {
      this.#arrived(due);
    }
  }
}

/** What the thread is told. */
export interface ArrivalsPlan {
  /** In the time of `process.hrtime.bigint()`, which all threads share. */
  readonly firstAt: bigint;
  readonly intervalMs: number;
}

/** Until the first one: by then the thread runs. */
const START_MS = 100;
/** A thread that wakes more often would cost more than it tells. */
const FINEST_MS = 0.25;
