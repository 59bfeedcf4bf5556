/** For each thread that has nothing to do, when that has gone on for too long. They keep no process alive. */
export class IdleTimers<Thread> {
  readonly #ms: number;
  readonly #timers = new Map<Thread, NodeJS.Timeout>();

  /** @param ms - Infinity: never */
  constructor(ms: number) {
    this.#ms = ms;
  }

  /** From now on, again. */
  start(thread: Thread, expired: () => void): void {
    this.stop(thread);
    if (this.#ms === Infinity) return;
    this.#timers.set(thread, setTimeout(expired, this.#ms).unref());
  }

  stop(thread: Thread): void {
    clearTimeout(this.#timers.get(thread));
    this.#timers.delete(thread);
  }
}
