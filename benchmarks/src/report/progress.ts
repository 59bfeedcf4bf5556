/** Cells of the bar. */
const WIDTH = 24;
/** As wide as terminals are that do not say it. */
const COLUMNS = 80;
/** What the plan counts for at the beginning, in milliseconds: the first trial alone tells little of the others. */
const TRUST_IN_PLAN_MS = 5_000;

/** Where it is written: process.stderr. */
export interface Terminal {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/**
 * One line on a terminal, written over and over; nothing where there is no terminal. Times are milliseconds: what
 * something is planned to take counts until it is known how much longer everything takes than planned.
 */
export class Progress implements Disposable {
  readonly #terminal: Terminal;
  readonly #now: () => number;
  readonly #startedAt: number;
  #plannedMs: number;
  #doneMs = 0;

  /** @param plannedMs - of all that there is to do */
  constructor(plannedMs: number, terminal: Terminal = process.stderr, now = () => performance.now()) {
    this.#plannedMs = plannedMs;
    this.#terminal = terminal;
    this.#now = now;
    this.#startedAt = now();
  }

  /** Shows what is done from now on. */
  begin(what: string): void {
    if (!this.#terminal.isTTY) return;
    const share = this.#plannedMs > 0 ? this.#doneMs / this.#plannedMs : 0;
    const bar = '█'.repeat(Math.round(share * WIDTH)).padEnd(WIDTH, '░');
    const percent = `${Math.floor(share * 100)}`.padStart(3);
    const line = `${bar} ${percent} % · ${timeText(this.#leftMs())} left · ${what}`;
    // A line that is longer than the terminal is wide would leave its beginning behind.
    const { columns = COLUMNS } = this.#terminal;
    this.#terminal.write(`\r\x1b[K${line.slice(0, columns - 1)}`);
  }

  /** What was planned to take so long is over. */
  end(plannedMs: number): void {
    this.#doneMs += plannedMs;
  }

  /** What was planned to take so long will not be done. */
  drop(plannedMs: number): void {
    this.#plannedMs -= plannedMs;
  }

  [Symbol.dispose](): void {
    if (this.#terminal.isTTY) this.#terminal.write('\r\x1b[K');
  }

  #leftMs(): number {
    const elapsedMs = this.#now() - this.#startedAt;
    const pace = (elapsedMs + TRUST_IN_PLAN_MS) / (this.#doneMs + TRUST_IN_PLAN_MS);
    return (this.#plannedMs - this.#doneMs) * pace;
  }
}

function timeText(ms: number): string {
  const seconds = Math.ceil(ms / 1_000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
