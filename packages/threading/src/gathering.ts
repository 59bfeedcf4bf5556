/** Turns of the event loop that are waited for at most. */
const MOST_TURNS = 8;

/** Something that gathers, and has something to post. */
export interface Gatherer {
  flush(): void;
}

/**
 * Says when to post what was gathered: at the end of a turn of the event loop that has brought nothing more, or of the
 * last turn that is waited for. One turn would not do, because libuv accepts one connection a turn, which may be for
 * any of the threads.
 */
export class Gathering {
  readonly #waiting = new Set<Gatherer>();
  readonly #turned = (): void => this.#endTurn();
  #turns = 0;
  #hasMore = false;

  /** There is something more, for this one to post. */
  add(gatherer: Gatherer): void {
    if (this.#waiting.size === 0) setImmediate(this.#turned);
    this.#waiting.add(gatherer);
    this.#hasMore = true;
  }

  #endTurn(): void {
    this.#turns++;
    if (this.#hasMore && this.#turns < MOST_TURNS) {
      this.#hasMore = false;
      setImmediate(this.#turned);
      return;
    }
    this.#turns = 0;
    this.#hasMore = false;
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const gatherer of waiting) gatherer.flush();
  }
}
