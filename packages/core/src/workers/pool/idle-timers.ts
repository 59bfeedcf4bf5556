/** For each worker that has nothing to do, when that has gone on for too long. They keep no process alive. */
export class IdleTimers<Worker extends object> {
  readonly #timers = new Map<Worker, { timer: NodeJS.Timeout; ms: number }>();

  /** From now on, or from when it began with the same time. @param ms - Infinity: never */
  start(worker: Worker, ms: number, expired: () => void): void {
    if (this.#timers.get(worker)?.ms === ms) return;
    this.stop(worker);
    if (ms === Infinity) return;
    const timer = setTimeout(() => {
      this.#timers.delete(worker);
      expired();
    }, ms);
    this.#timers.set(worker, { timer: timer.unref(), ms });
  }

  stop(worker: Worker): void {
    clearTimeout(this.#timers.get(worker)?.timer);
    this.#timers.delete(worker);
  }
}
