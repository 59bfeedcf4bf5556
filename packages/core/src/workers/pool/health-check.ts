import type { PoolSize } from '../options.js';
import type { Worker } from './worker.js';

/** Pings in one `stuckTimeout`: a stuck worker is noticed at most this part of it late. */
const PINGS = 8;
/** Milliseconds between two checks of the workers' memory. */
const MEMORY_MS = 1_000;
/** However short `stuckTimeout` is for requests: a large module may take so long to be compiled. */
const MIN_LOAD_MS = 10_000;

export interface HealthCheckOptions {
  readonly size: () => PoolSize;
  readonly workers: () => readonly Worker[];
  /** Its event loop has not turned for so long. */
  readonly onStuck: (worker: Worker, ms: number) => void;
  /** The workers' figures may be new. */
  readonly onChecked: () => void;
}

/** Pings every worker now and then, and tells of those that have not answered for `stuckTimeout`. */
export class HealthCheck {
  readonly #options: HealthCheckOptions;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: HealthCheckOptions) {
    this.#options = options;
  }

  /** Idempotent. To be called again whenever the fields may have been changed. */
  start(): void {
    const { stuckTimeout, maxWorkerMemory } = this.#options.size();
    const forTime = stuckTimeout > 0 ? Math.ceil(stuckTimeout / PINGS) : Infinity;
    const intervalMs = Math.min(forTime, maxWorkerMemory > 0 ? MEMORY_MS : Infinity);
    if (this.#timer !== undefined || intervalMs === Infinity) return;
    const dueAt = performance.now() + intervalMs;
    this.#timer = setTimeout(() => {
      // This process may not have turned either (SIGSTOP, a sleeping laptop, a busy machine).
      const lateMs = Math.max(0, performance.now() - dueAt);
      // Answers may be there already, unread because this process was busy: read first.
      setImmediate(() => this.#check(lateMs));
    }, intervalMs);
    this.#timer.unref();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #check(lateMs: number): void {
    if (this.#timer === undefined) return; // stopped meanwhile
    this.#timer = undefined;
    const { stuckTimeout } = this.#options.size();
    for (const worker of this.#options.workers()) {
      const silentMs = worker.probe(lateMs);
      const limitMs = worker.isReady ? stuckTimeout : Math.max(stuckTimeout, MIN_LOAD_MS);
      if (stuckTimeout > 0 && silentMs >= limitMs) this.#options.onStuck(worker, silentMs);
    }
    this.#options.onChecked();
    this.start();
  }
}
