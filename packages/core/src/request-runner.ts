import { ActiveRequests, type ActiveRequest, type Outcome } from './active-requests.js';
import type { BaseServer } from './base-server.js';
import { traceRequest } from './diagnostics.js';
import { errorReport } from './report-error.js';
import type { Arrival } from './sources/request-queue.js';

/**
 * Takes each request through its life — verify, process, shut down — by calling the server's methods, which are
 * the user's to override: whatever they do, a request is shut down once, counted once, and its error reported.
 */
export class RequestRunner<Request extends object> {
  readonly active = new ActiveRequests<Request>();
  readonly #server: BaseServer<Request>;

  constructor(server: BaseServer<Request>) {
    this.#server = server;
  }

  /** Never rejects. */
  async run([request, clientAddress]: Arrival<Request>): Promise<void> {
    const active = this.active.begin(request, clientAddress);
    let outcome: Outcome = 'failed';
    try {
      const trace = { server: this.#server, request, clientAddress };
      await traceRequest(async () => {
        outcome = await this.#verifyAndProcess(active);
      }, trace);
    } catch (error) {
      await this.report(error, active);
    }
    try {
      await this.shutdownOnce(request);
    } catch (error) {
      outcome = 'failed';
      await this.report(error, active);
      await this.closeQuietly(request);
    }
    this.active.end(active, outcome);
  }

  async #verifyAndProcess({ request, clientAddress }: ActiveRequest<Request>): Promise<Outcome> {
    const verified = this.#server.verifyRequest(request, clientAddress);
    if (!(typeof verified === 'boolean' ? verified : await verified)) return 'rejected';
    await this.#server.processRequest(request, clientAddress);
    return 'completed';
  }

  /** Calls `shutdownRequest`, unless somebody has. */
  async shutdownOnce(request: Request): Promise<void> {
    const active = this.active.find(request);
    if (active === undefined || active.isShutDown) return;
    active.isShutDown = true;
    await this.#server.shutdownRequest(request);
  }

  /** For a request whose `shutdownRequest` threw, and one that came too late: that this throws too is no news. */
  async closeQuietly(request: Request): Promise<void> {
    try {
      await this.#server.closeRequest(request);
    } catch {
      // reported once already, by the shutdown
    }
  }

  /** An override of `handleError` may itself throw: then both errors are printed in the default form. */
  async report(error: unknown, active?: ActiveRequest<Request>): Promise<void> {
    try {
      await this.#server.handleError(error, active?.request, active?.clientAddress);
    } catch (second) {
      console.error(errorReport(error, active?.clientAddress));
      console.error(errorReport(second, active?.clientAddress));
    }
  }
}
