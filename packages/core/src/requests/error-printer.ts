import type { ClientAddress } from '../address.js';
import { surviveClosing } from './closed-stdio.js';
import { errorReport } from './report-error.js';

/** Reports that are printed in a second. Clients can cause errors by the thousand. */
const MOST_A_SECOND = 10;
const SECOND_MS = 1_000;

/** Prints reports of errors on stderr; when a second is over in which there were too many, how many it has left out. */
export class ErrorPrinter {
  #startedAt = -Infinity;
  #printed = 0;
  #leftOut = 0;
  #timer: NodeJS.Timeout | undefined;

  print(error: unknown, clientAddress?: ClientAddress): void {
    const now = performance.now();
    if (now - this.#startedAt >= SECOND_MS) {
      this.#endSecond();
      this.#startedAt = now;
    }
    if (this.#printed < MOST_A_SECOND) {
      this.#printed++;
      print(errorReport(error, clientAddress));
      return;
    }
    this.#leftOut++;
    this.#timer ??= setTimeout(() => this.#endSecond(), this.#startedAt + SECOND_MS - now).unref();
  }

  /** Tells now what was left out so far. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#leftOut === 0) return;
    const more = this.#leftOut === 1 ? '1 more error was' : `${this.#leftOut} more errors were`;
    this.#leftOut = 0;
    print(`${new Date().toISOString()} ${more} not printed (at most ${MOST_A_SECOND} a second)`);
  }

  /** A timer may come a little early: what comes after it belongs to the next second all the same. */
  #endSecond(): void {
    this.flush();
    this.#startedAt = -Infinity;
    this.#printed = 0;
  }
}

function print(text: string): void {
  surviveClosing(process.stderr);
  console.error(text);
}
