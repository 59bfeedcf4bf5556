export interface ServiceTickerOptions {
  /** Called at every interval. */
  onTick: () => void;
  /** Called at an interval when the last call has ended. Never rejects. */
  act: () => Promise<void>;
}

/** Calls the server's `serviceActions()` at intervals, never two at once. */
export class ServiceTicker {
  readonly #options: ServiceTickerOptions;
  readonly #timer: NodeJS.Timeout;
  #acting: Promise<void> | undefined;

  constructor(intervalMs: number, options: ServiceTickerOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.#tick(), intervalMs);
  }

  /** Resolves when the last call has ended. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#acting;
  }

  #tick(): void {
    this.#options.onTick();
    this.#acting ??= this.#options.act().finally(() => {
      this.#acting = undefined;
    });
  }
}
