/** One run of the loop, or of `handleRequest()`: what `shutdown()` or `close()` stops, and waits for. */
export class ServeLoop {
  /** What takes requests; resolves when none is taken any more. */
  taking: Promise<unknown> = Promise.resolve();
  /** Resolves when the loop has ended. */
  readonly ended: Promise<void>;
  #end!: () => void;
  #stopping = false;
  #wake: (() => void) | undefined;

  constructor(readonly kind: 'serveForever' | 'handleRequest') {
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  get isStopping(): boolean {
    return this.#stopping;
  }

  /** The loop takes nothing more. */
  stop(): void {
    this.#stopping = true;
    this.wake();
  }

  /** Ends the present wait, if there is one: what it waited for may have changed. */
  wake(): void {
    this.#wake?.();
  }

  /** The wait of the loop: resolves when `work` has settled, and at once when the loop is woken or is to stop. */
  until(work: Promise<unknown>): Promise<void> {
    if (this.#stopping) return Promise.resolve();
    // A race with one promise that lives as long as the loop would keep every outcome it ever lost.
    return new Promise<void>((resolve) => {
      this.#wake = resolve;
      const wake = (): void => resolve();
      work.then(wake, wake);
    });
  }

  end(): void {
    this.#end();
  }
}
