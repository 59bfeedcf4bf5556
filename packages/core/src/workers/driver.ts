import type { BoundAddress } from '../address.js';
import type { HandlerReference } from '../execution/handler-reference.js';
import type { RequestLimits } from '../execution/request-limits.js';
import type { AcceptedByWorker, TableMemory } from './pool/accepted-requests.js';
import type { Worker, WorkerEvents } from './pool/worker.js';
import type { AcceptTerms } from './protocol/messages.js';

/** What every worker is started with; a driver adds what its engine needs. */
export interface WorkerSpec {
  readonly handler: HandlerReference;
  readonly serverAddress: BoundAddress;
  /** How long requests may take. */
  readonly limits: RequestLimits | undefined;
  /** For a worker that takes requests for itself. */
  readonly accept?: AcceptSpec | undefined;
}

/** What a worker takes requests with, for itself. */
export interface AcceptSpec {
  readonly terms: AcceptTerms;
  /** What is counted of it. */
  readonly accepted: AcceptedByWorker;
  /** The memory that all workers share, as the driver has made it. */
  readonly memory: ArrayBufferLike;
  /** The listening socket; it stays open until the last worker has stopped. */
  readonly fd: number;
}

/** Makes the workers of one server: threads or processes. Nothing else differs between the engines. */
export interface WorkerDriver {
  /**
   * Starts a worker, which is returned at once: `worker.ready` tells when it has loaded the handler.
   * @throws what keeps it from being made: ERR_SOCKETSERVER_BAD_CONTEXT, ERR_SOCKETSERVER_BUNDLED
   */
  start(spec: WorkerSpec, events: WorkerEvents): Worker;
  /**
   * Memory that its workers and this process share.
   * @throws {SocketServerError} ERR_SOCKETSERVER_UNSUPPORTED, ERR_SOCKETSERVER_NATIVE_MISSING where there is none
   */
  shareMemory(bytes: number): TableMemory;
  /** Whoever closes the server waits for running requests from now on: they keep the process alive. */
  waitedFor?(): void;
}
