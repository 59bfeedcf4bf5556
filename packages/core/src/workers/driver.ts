import type { BoundAddress } from '../address.js';
import type { HandlerReference } from '../execution/handler-reference.js';
import type { RequestLimits } from '../execution/request-limits.js';
import type { Worker, WorkerEvents } from './pool/worker.js';

/** What every worker is started with; a driver adds what its engine needs. */
export interface WorkerSpec {
  readonly handler: HandlerReference;
  readonly serverAddress: BoundAddress;
  /** How long requests may take. */
  readonly limits: RequestLimits | undefined;
}

/** Makes the workers of one server: threads or processes. Nothing else differs between the engines. */
export interface WorkerDriver {
  /**
   * Starts a worker, which is returned at once: `worker.ready` tells when it has loaded the handler.
   * @throws what keeps it from being made: ERR_SOCKETSERVER_BAD_CONTEXT, ERR_SOCKETSERVER_BUNDLED
   */
  start(spec: WorkerSpec, events: WorkerEvents): Worker;
  /** Whoever closes the server waits for running requests from now on: they keep the process alive. */
  waitedFor?(): void;
}
