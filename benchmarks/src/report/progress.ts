/** Cells of the bar. */
const WIDTH = 24;

/** One line on a terminal, written over and over; nothing where there is no terminal. */
export class Progress implements Disposable {
  readonly #total: number;
  readonly #startedAt = performance.now();
  #done = 0;

  constructor(total: number) {
    this.#total = total;
  }

  /** @param count - how much is done with it */
  step(what: string, count = 1): void {
    this.#done = Math.min(this.#done + count, this.#total);
    if (!process.stderr.isTTY) return;
    const share = this.#done / this.#total;
    const leftMs = ((performance.now() - this.#startedAt) / share) * (1 - share);
    const bar = '█'.repeat(Math.round(share * WIDTH)).padEnd(WIDTH, '░');
    const percent = `${Math.floor(share * 100)}`.padStart(3);
    process.stderr.write(`\r\x1b[K${bar} ${percent} % · ${timeText(leftMs)} left · ${what}`);
  }

  [Symbol.dispose](): void {
    if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
  }
}

function timeText(ms: number): string {
  const seconds = Math.ceil(ms / 1_000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
