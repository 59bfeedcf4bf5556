import { acceptErrorChannel } from '../requests/diagnostics.js';
import type { RequestLifecycle } from '../requests/request-lifecycle.js';
import type { ServerHooks } from '../servers/server-hooks.js';
import { AcceptBackoff } from './accept-backoff.js';

/** What becomes of a failure to get a request: one of a spell is reported, and each is waited out. */
export class AcceptFailures<Request extends object> {
  readonly #server: ServerHooks<Request>;
  readonly #requests: RequestLifecycle<Request>;
  readonly #backoff = new AcceptBackoff();

  constructor(server: ServerHooks<Request>, requests: RequestLifecycle<Request>) {
    this.#server = server;
    this.#requests = requests;
  }

  /** A request has come. */
  none(): void {
    this.#backoff.succeeded();
  }

  /** @returns milliseconds until the next try; 0: the next turn of the event loop */
  note(error: unknown): number {
    const { state } = this.#server;
    // A server that closes takes nothing more: a failure to get a request is not reported.
    if (state === 'draining' || state === 'closed' || this.#backoff.passesOver(error)) return 0;
    const { waitMs, isFirst } = this.#backoff.failed();
    if (isFirst) this.#report(error);
    return waitMs;
  }

  #report(error: unknown): void {
    if (acceptErrorChannel.hasSubscribers) acceptErrorChannel.publish({ server: this.#server, error });
    void this.#requests.report(error);
  }
}
