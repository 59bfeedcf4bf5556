const FIRST_MS = 100;
const LAST_MS = 1_000;

/** Waits between failed accepts: 100 ms, doubling to 1 s, until one succeeds. */
export class AcceptBackoff {
  #nextMs = FIRST_MS;

  /** Whether the next failure is the first of its spell: the one to report. */
  get isFirst(): boolean {
    return this.#nextMs === FIRST_MS;
  }

  /** How long to wait now. */
  failed(): number {
    const wait = this.#nextMs;
    this.#nextMs = Math.min(wait * 2, LAST_MS);
    return wait;
  }

  succeeded(): void {
    this.#nextMs = FIRST_MS;
  }
}

/** Failures of one connection, not of the server: the next accept may well succeed (accept(2)). */
export function isPassing(error: unknown): boolean {
  const code = (error as { code?: unknown } | undefined)?.code;
  return code === 'ECONNABORTED' || code === 'EINTR' || code === 'EPROTO';
}
