import type { Socket } from 'node:net';
import type { ClientAddress } from '../address.js';
import type { DatagramRequest } from '../datagram.js';
import { connectionClosed } from '../errors.js';
import { noteRequestEnd, type RequestEnd } from './protocol/request-end.js';

/** What a server of workers is asked to process. */
export type WorkerRequest = Socket | DatagramRequest;

/** What a driver has made of a request so that it can travel, once that is more than the request itself. */
export interface Handoff {
  /** Whether another worker can get it, after the first one did not start it. */
  readonly canMove: boolean;
  /** Closes what no worker has started. */
  discard(): void;
}

/**
 * A request from the moment it looks for a worker until it has ended. One side owns it at any time: the pool while it
 * waits, then the worker that it was dispatched to. Only the owner ends it.
 */
export class Job {
  /** Settles when the request has ended; rejects with what its handler threw, or with what became of its worker. */
  readonly ended: Promise<void>;
  /** The driver's. */
  handoff: Handoff | undefined;
  /** Its place among the jobs of its worker, which starts them in this order. */
  sequence = 0;
  /** Milliseconds of `requestTimeout` that it had taken when it came to the pool. */
  spentMs = 0;
  #resolve!: () => void;
  #reject!: (error: unknown) => void;

  /** @param order - its place among all requests of the server: one that is requeued goes before later ones */
  constructor(
    readonly order: number,
    readonly request: WorkerRequest,
    readonly clientAddress: ClientAddress,
  ) {
    this.ended = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  /** Whether a second worker can get it. */
  get canMove(): boolean {
    return this.handoff?.canMove ?? true;
  }

  /** Why it cannot be dispatched, if so: its connection may have been closed while it waited. */
  get closedBy(): Error | undefined {
    const { request, handoff } = this;
    if (handoff !== undefined || !isSocket(request) || !request.destroyed) return undefined;
    return connectionClosed(request, 'a worker');
  }

  /** It has ended, as its worker tells. */
  end(end: RequestEnd | undefined): void {
    const error = end === undefined ? undefined : noteRequestEnd(this.request, end);
    if (error === undefined) this.#resolve();
    else this.#reject(error);
  }

  /** Its worker had started it, and has ended. */
  fail(error: unknown): void {
    this.#reject(error);
  }

  /** No worker has started it, and none will. */
  refuse(error: unknown): void {
    this.handoff?.discard();
    this.#reject(error);
  }
}

export function isSocket(request: WorkerRequest): request is Socket {
  return !('packet' in request);
}
