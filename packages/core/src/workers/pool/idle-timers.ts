/** For each worker that has nothing to do, when that has gone on for too long. They keep no process alive. */
export class IdleTimers<Worker extends object> {
  readonly #timers = new Map<Worker, NodeJS.Timeout>();

  /** From now on, again. @param ms - Infinity: never */
  start(worker: Worker, ms: number, expired: () => void): void {
    this.stop(worker);
    if (ms === Infinity) return;
    const timer = setTimeout(() => {
      this.#timers.delete(worker);
      expired();
    }, ms);
    this.#timers.set(worker, timer.unref());
  }

  stop(worker: Worker): void {
    clearTimeout(this.#timers.get(worker));
    this.#timers.delete(worker);
  }
}
