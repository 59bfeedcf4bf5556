import type { LoadResult } from '../protocol.js';
import type { Outcome } from './conversation.js';
import { Latencies } from './latencies.js';

/**
 * Which requests count: those answered while the tally was open, which is what a server got done; or those that
 * were to be sent while it was open, however late their answers came.
 */
export type CountedBy = 'answer' | 'request';

/** Counts how requests ended. Times are those of `performance.now()`. */
export class Tally {
  readonly #countedBy: CountedBy;
  #answered = 0;
  #wrong = 0;
  #timedOut = 0;
  readonly #failed: Record<string, number> = {};
  readonly #latencies = new Latencies();
  #openedAt = Infinity;
  #closedAt = Infinity;

  constructor(countedBy: CountedBy) {
    this.#countedBy = countedBy;
  }

  open(now: number): void {
    this.#openedAt = now;
  }

  close(now: number): void {
    this.#closedAt = now;
  }

  /** Failures count whenever they come. */
  count(outcome: Outcome, startedAt: number): void {
    if (outcome === 'wrong') this.#wrong++;
    else if (outcome !== 'answered') this.#fail(outcome.failed);
    else if (this.#record(startedAt)) this.#answered++;
  }

  countTimeout(startedAt: number): void {
    this.#timedOut++;
    this.#record(startedAt);
  }

  result(): Omit<LoadResult, 'cpuMs'> {
    return {
      answered: this.#answered,
      wrong: this.#wrong,
      timedOut: this.#timedOut,
      failed: this.#failed,
      elapsedMs: this.#closedAt - this.#openedAt,
      latencies: this.#latencies.toJSON(),
    };
  }

  /** @returns whether the request counts */
  #record(startedAt: number): boolean {
    const now = performance.now();
    const at = this.#countedBy === 'answer' ? now : startedAt;
    if (at < this.#openedAt || at >= this.#closedAt) return false;
    this.#latencies.record((now - startedAt) * 1_000);
    return true;
  }

  #fail(code: string): void {
    this.#failed[code] = (this.#failed[code] ?? 0) + 1;
  }
}
