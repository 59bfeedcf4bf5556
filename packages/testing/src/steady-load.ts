/** Clients that ask one time after the other until they are stopped. */
export class SteadyLoad implements AsyncDisposable {
  #isOver = false;
  #asked = 0;
  readonly #clients: Promise<unknown>;

  /** @param ask - what a client does each time; if it fails, so does {@link stop} */
  constructor(clients: number, ask: () => Promise<unknown>) {
    const client = async (): Promise<void> => {
      while (!this.#isOver) {
        await ask();
        this.#asked++;
      }
    };
    this.#clients = Promise.all(Array.from({ length: clients }, client));
    this.#clients.catch(() => (this.#isOver = true));
  }

  /** How many times clients have asked, and had what they wanted. */
  get asked(): number {
    return this.#asked;
  }

  /** Waits until clients have asked so many times more. */
  async more(count: number): Promise<void> {
    const enough = this.#asked + count;
    while (this.#asked < enough && !this.#isOver) await new Promise((resolve) => setTimeout(resolve, 1));
    if (this.#isOver) await this.#clients;
  }

  /** @returns how many times clients have asked in all */
  async stop(): Promise<number> {
    this.#isOver = true;
    await this.#clients;
    return this.#asked;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    await this.#clients.catch(() => {}); // whoever stopped it has the error
  }
}
