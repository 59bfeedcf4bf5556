/** The time between `suspend()` and `resume()`. */
export class Suspension {
  #ended: Promise<void> | undefined;
  #end: (() => void) | undefined;

  /** Resolves at the end; undefined when there is no suspension. */
  get ended(): Promise<void> | undefined {
    return this.#ended;
  }

  /** Idempotent. */
  begin(): void {
    this.#ended ??= new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  /** Idempotent. */
  end(): void {
    this.#end?.();
    this.#ended = undefined;
  }
}
