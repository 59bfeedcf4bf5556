import type { ClientAddress } from '../address.js';
import type { AdmissionFields } from '../loop/admission.js';
import type { Arrival } from '../sources/request-queue.js';
import type { ServerState } from './server-types.js';

/**
 * What the loop and the request lifecycle call on a server. `BaseServer` implements it, and documents each member;
 * `loop/` and `requests/` know a server by this interface alone.
 */
export interface ServerHooks<Request extends object = object> extends AdmissionFields<Request> {
  readonly state: ServerState;
  readonly concurrent: boolean;
  readonly blockOnClose: boolean;
  readonly requestQueueSize: number;
  readonly closeDelay: number;
  readonly timeout: number | null;
  readonly requestTimeout: number | null;

  listen(): Promise<void>;
  shutdown(): Promise<void>;
  serverClose(): Promise<void>;

  getRequest(): Promise<Arrival<Request>>;
  verifyRequest(request: Request, clientAddress: ClientAddress): boolean | Promise<boolean>;
  processRequest(request: Request, clientAddress: ClientAddress): Promise<void>;
  shutdownRequest(request: Request): void | Promise<void>;
  closeRequest(request: Request): void | Promise<void>;

  handleError(error: unknown, request?: Request, clientAddress?: ClientAddress): void | Promise<void>;
  handleTimeout(): void | Promise<void>;
  serviceActions(): void | Promise<void>;
}
