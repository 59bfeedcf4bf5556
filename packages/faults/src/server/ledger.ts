import type { ServerStats } from '@socketserver/core';

/** So many things that did not add up are told of in words. */
const MAX_NOTES = 5;

export const NO_REQUESTS: ServerStats = {
  accepted: 0,
  active: 0,
  completed: 0,
  failed: 0,
  disconnected: 0,
  rejected: 0,
  dropped: 0,
  unsent: 0,
};

/** A second set of books: counts what goes through a server's hooks, and compares it with what `stats()` says. */
export class Ledger {
  /** Requests that `getRequest()` returned. */
  taken = 0;
  /** Requests that `verifyRequest()` refused. */
  refused = 0;
  /** Requests whose error `handleError()` was told. */
  readonly #reported = new WeakSet<object>();
  reported = 0;
  /** Requests that were shut down. */
  readonly #shutDown = new WeakSet<object>();
  shutDown = 0;
  /** Requests that were closed without having been shut down, when they were closed. */
  readonly #closed = new WeakSet<object>();
  closed = 0;
  looks = 0;
  readonly wrong: string[] = [];
  /** Errors without a request, by their code. */
  readonly serverErrors: Record<string, number> = {};
  /** Errors of requests, likewise. */
  readonly failures: Record<string, number> = {};
  readonly #isDatagram: boolean;
  #last: ServerStats = NO_REQUESTS;

  /** @param isDatagram - datagrams have nothing to close */
  constructor(isDatagram: boolean) {
    this.#isDatagram = isDatagram;
  }

  reports(error: unknown, request: object): void {
    count(this.failures, error);
    if (this.#reported.has(request)) return;
    this.#reported.add(request);
    this.reported++;
  }

  shutsDown(request: object): void {
    if (this.#shutDown.has(request)) {
      this.#note('a request was shut down twice');
      return;
    }
    this.#shutDown.add(request);
    this.shutDown++;
    // What is closed by force while it runs is shut down too, when its handler has noticed.
    if (this.#closed.delete(request)) this.closed--;
  }

  closes(request: object): void {
    if (this.#shutDown.has(request) || this.#closed.has(request)) return;
    this.#closed.add(request);
    this.closed++;
  }

  serverError(error: unknown): void {
    count(this.serverErrors, error);
  }

  /** At any moment. */
  look(stats: ServerStats): void {
    this.looks++;
    const { accepted, active, completed, failed, disconnected, rejected } = stats;
    const last = this.#last;
    this.#last = stats;
    const ended = completed + failed + disconnected + rejected;
    if (accepted !== ended + active) this.#note(`the sum is wrong: ${JSON.stringify(stats)}`);
    const isFewer =
      accepted < last.accepted ||
      completed < last.completed ||
      failed < last.failed ||
      disconnected < last.disconnected ||
      rejected < last.rejected ||
      stats.dropped < last.dropped ||
      stats.unsent < last.unsent;
    if (isFewer) this.#note(`counted backwards: ${JSON.stringify(last)}, then ${JSON.stringify(stats)}`);
    // One that has just been taken is on its way to being counted; one more waits where a loop was ended.
    if (accepted > this.taken || accepted < this.taken - 1)
      this.#note(`${this.taken} requests were taken, ${accepted} counted`);
    const gone = this.shutDown + this.closed;
    if (!this.#isDatagram && ended > gone) this.#note(`${ended} requests have ended, ${gone} were closed`);
  }

  /** When nothing is running any more. `abandoned` is what `close()` said. */
  close(stats: ServerStats, abandoned: number): void {
    this.look(stats);
    const { accepted, active, failed, rejected } = stats;
    if (active !== 0) this.#note(`${active} requests are active after the end`);
    if (failed !== this.reported + abandoned) {
      this.#note(
        `${this.reported} requests had an error and ${abandoned} were abandoned, ${failed} counted as failed`,
      );
    }
    if (this.#isDatagram) return;
    const turnedAway = this.closed - abandoned - (this.taken - accepted);
    if (rejected !== this.refused + turnedAway) {
      this.#note(
        `${this.refused} requests were refused and ${turnedAway} turned away, ${rejected} counted as rejected`,
      );
    }
    const gone = this.shutDown + this.closed;
    if (gone !== this.taken) this.#note(`${this.taken} requests were taken, ${gone} were closed`);
  }

  #note(text: string): void {
    if (this.wrong.length < MAX_NOTES) this.wrong.push(text);
  }
}

/** By code, or by name where there is none: messages differ from one to the next. */
function count(counts: Record<string, number>, error: unknown): void {
  const key = keyOf(error);
  counts[key] = (counts[key] ?? 0) + 1;
}

function keyOf(error: unknown): string {
  try {
    const { code, name } = (error ?? {}) as { code?: unknown; name?: unknown };
    const known = [code, name].find((text) => typeof text === 'string' && text !== '');
    return (known as string | undefined) ?? typeof error;
  } catch {
    return 'unreadable';
  }
}
