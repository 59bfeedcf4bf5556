import type { Child } from './child.js';
import type { PoolSize } from './pool-size.js';
import { monotonicMs } from './protocol.js';

/** Pings in one `stuckTimeout`. */
const PINGS = 5;
/** Milliseconds between two looks at the memory of the children. */
const MEMORY_MS = 1_000;

export interface PulseWatchOptions {
  size(): PoolSize;
  children(): readonly Child[];
  /** Called at every look: the children's figures are new. */
  onLook(): void;
}

/** Pings every child now and then, and ends those that have not answered for `stuckTimeout`. */
export class PulseWatch {
  readonly #options: PulseWatchOptions;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: PulseWatchOptions) {
    this.#options = options;
  }

  /** To be called again whenever the fields may have been changed. */
  start(): void {
    const { stuckTimeout, maxWorkerRss } = this.#options.size();
    const forTime = stuckTimeout > 0 ? Math.ceil(stuckTimeout / PINGS) : Infinity;
    const periodMs = Math.min(forTime, maxWorkerRss > 0 ? MEMORY_MS : Infinity);
    if (this.#timer !== undefined || periodMs === Infinity) return;
    const dueAt = monotonicMs() + periodMs;
    this.#timer = setTimeout(() => {
      const isLate = monotonicMs() > dueAt + periodMs;
      // Answers may be there already, unread because this process was busy: read first.
      setImmediate(() => this.#look(isLate));
    }, periodMs);
    this.#timer.unref();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  /** @param wasHeldUp - this process itself has not turned (SIGSTOP, a sleeping laptop): the children start anew */
  #look(wasHeldUp: boolean): void {
    this.#timer = undefined;
    const { stuckTimeout } = this.#options.size();
    for (const child of this.#options.children()) {
      const silentMs = child.ping(wasHeldUp);
      if (stuckTimeout > 0 && silentMs >= stuckTimeout) child.killStuck(silentMs);
    }
    this.#options.onLook();
    this.start();
  }
}
