import type { LoadResult } from '../protocol.js';
import type { Outcome } from './conversation.js';
import { Latencies } from './latencies.js';

/** Counts how requests ended, while it is open. */
export class Tally {
  #answered = 0;
  #wrong = 0;
  #timedOut = 0;
  readonly #failed: Record<string, number> = {};
  readonly #latencies = new Latencies();
  #openedAt: number | undefined;
  #elapsedMs = 0;

  open(now: number): void {
    this.#openedAt = now;
  }

  /** Answers are not counted any more; failures still are. */
  close(now: number): void {
    this.#elapsedMs = now - (this.#openedAt ?? now);
    this.#openedAt = undefined;
  }

  count(outcome: Outcome, startedAt: number): void {
    if (outcome === 'wrong') this.#wrong++;
    else if (outcome !== 'answered') this.#fail(outcome.failed);
    else if (this.#openedAt !== undefined) {
      this.#answered++;
      this.#latencies.record((performance.now() - startedAt) * 1_000);
    }
  }

  countTimeout(): void {
    this.#timedOut++;
  }

  result(): LoadResult {
    return {
      answered: this.#answered,
      wrong: this.#wrong,
      timedOut: this.#timedOut,
      failed: this.#failed,
      elapsedMs: this.#elapsedMs,
      latencies: this.#latencies.toJSON(),
    };
  }

  #fail(code: string): void {
    this.#failed[code] = (this.#failed[code] ?? 0) + 1;
  }
}
