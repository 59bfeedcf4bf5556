/** Milliseconds after which nothing waits for one more turn of the event loop. */
const MOST_MS = 0.5;

/** Something that gathers, and has something to post. */
export interface Gatherer {
  flush(): void;
}

/**
 * Says when to post what was gathered: at the end of a turn of the event loop that has brought nothing more, or when the
 * first has waited for long enough. One turn would not do, because libuv accepts one connection a turn, which may be for
 * any of the threads.
 */
export class Gathering {
  readonly #mostMs: number;
  readonly #turned = (): void => this.#endTurn();
  #waiting: Gatherer[] = [];
  #since = 0;
  #hasMore = false;

  constructor(mostMs = MOST_MS) {
    this.#mostMs = mostMs;
  }

  /** There is something more, for this one to post. */
  add(gatherer: Gatherer): void {
    if (this.#waiting.length === 0) {
      this.#since = performance.now();
      setImmediate(this.#turned);
    }
    if (!this.#waiting.includes(gatherer)) this.#waiting.push(gatherer);
    this.#hasMore = true;
  }

  #endTurn(): void {
    if (this.#hasMore && performance.now() - this.#since < this.#mostMs) {
      this.#hasMore = false;
      setImmediate(this.#turned);
      return;
    }
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#hasMore = false;
    for (const gatherer of waiting) gatherer.flush();
  }
}
