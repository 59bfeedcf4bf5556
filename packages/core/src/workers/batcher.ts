/** Milliseconds after which nothing waits for one more turn of the event loop. */
const MAX_WAIT_MS = 0.5;

/**
 * Says when to send what has been gathered: at the end of a turn of the event loop that brought nothing more, or when the
 * first has waited for long enough. One turn is too short, because libuv accepts one connection a turn.
 */
export class Batcher {
  readonly #flush: () => void;
  readonly #maxWaitMs: number;
  readonly #turned = (): void => this.#endTurn();
  #isScheduled = false;
  #hasMore = false;
  #since = 0;

  /** @param maxWaitMs - how long the first may wait for more while every turn brings some */
  constructor(flush: () => void, maxWaitMs = MAX_WAIT_MS) {
    this.#flush = flush;
    this.#maxWaitMs = maxWaitMs;
  }

  /** There is something more to send. */
  add(): void {
    this.#hasMore = true;
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    this.#since = performance.now();
    setImmediate(this.#turned);
  }

  #endTurn(): void {
    if (this.#hasMore && performance.now() - this.#since < this.#maxWaitMs) {
      this.#hasMore = false;
      setImmediate(this.#turned);
      return;
    }
    this.#isScheduled = false;
    this.#hasMore = false;
    this.#flush();
  }
}
