/** One line on a terminal, written over and over; nothing where there is no terminal. */
export class Progress {
  readonly #total: number;
  readonly #startedAt = performance.now();
  #done = 0;

  constructor(total: number) {
    this.#total = total;
  }

  step(what: string): void {
    this.#done++;
    if (!process.stderr.isTTY) return;
    const leftMs = ((performance.now() - this.#startedAt) / this.#done) * (this.#total - this.#done);
    process.stderr.write(`\r\x1b[K${this.#done}/${this.#total} ${what}, ${Math.ceil(leftMs / 1_000)} s left`);
  }

  end(): void {
    if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
  }
}
