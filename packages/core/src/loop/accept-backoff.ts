const FIRST_MS = 100;
const LAST_MS = 1_000;
/** Failures closer together than this are one spell: near a limit, accepting works and fails by turns. */
const SPELL_MS = 10_000;

/** Failures of single connections that follow one another; more of them are the server's. */
const MAX_PASSED = 10;

/** Waits between failed accepts: 100 ms, doubling to 1 s, until one succeeds. */
export class AcceptBackoff {
  #nextMs = FIRST_MS;
  #passed = 0;
  #failedAt = -Infinity;

  /** @returns how long to wait, and whether this failure begins a spell: the one to report */
  failed(): { waitMs: number; isFirst: boolean } {
    const now = performance.now();
    const isFirst = now - this.#failedAt > SPELL_MS;
    this.#failedAt = now;
    const waitMs = this.#nextMs;
    this.#nextMs = Math.min(waitMs * 2, LAST_MS);
    return { waitMs, isFirst };
  }

  /** @returns whether a failure may be passed over: not when there are too many in a row */
  passesOver(error: unknown): boolean {
    return isPassing(error) && ++this.#passed <= MAX_PASSED;
  }

  succeeded(): void {
    this.#nextMs = FIRST_MS;
    this.#passed = 0;
  }
}

/** Failures of one connection, not of the server: the next accept may well succeed (accept(2)). */
function isPassing(error: unknown): boolean {
  const code = (error as { code?: unknown } | undefined)?.code;
  return code === 'ECONNABORTED' || code === 'EINTR' || code === 'EPROTO';
}
