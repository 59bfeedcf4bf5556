/** Calls the server's `serviceActions()` at intervals, never two at once. */
export class ServiceTicker {
  readonly #act: () => Promise<void>;
  readonly #timer: NodeJS.Timeout;
  #acting: Promise<void> | undefined;

  /** @param act - is called at an interval when the last call has ended; never rejects */
  constructor(intervalMs: number, act: () => Promise<void>) {
    this.#act = act;
    this.#timer = setInterval(() => this.#tick(), intervalMs);
  }

  /** Resolves when the last call has ended. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#acting;
  }

  #tick(): void {
    this.#acting ??= this.#act().finally(() => {
      this.#acting = undefined;
    });
  }
}
