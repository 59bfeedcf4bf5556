import type { BoundAddress } from '../address.js';
import type { Arrival } from './request-queue.js';

/** Where a server's requests come from: a listening socket, or a bound datagram socket. */
export interface RequestSource<Request> {
  /** The socket of Node that this source reads, for `server.socket`. */
  readonly socket: object | undefined;
  /** Called for each request that was received and dropped, because too many waited. */
  onDrop?: () => void;
  /** Binds the address; rejects with the system's own error. Nothing is taken before `resume()`. */
  open(): Promise<void>;
  /** The address as the kernel knows it; undefined before `open()`. */
  address(): BoundAddress | undefined;
  /** The descriptor, -1 when closed. */
  fileno(): number;
  /** The next request; at most one call at a time. */
  next(): Promise<Arrival<Request>>;
  /**
   * For the end: receives nothing more but what the kernel has by now, which `next()` still gives. Resolves when that is
   * here.
   */
  finish(): Promise<void>;
  /** Whether `next()` waits for a request to come: then there is none. */
  readonly isWaitedFor: boolean;
  /** Takes requests from the kernel. */
  resume(): void;
  /** Leaves requests in the kernel, which goes on queueing them. */
  pause(): void;
  /** Closes the socket and whatever nobody has taken. May be called in any state, any number of times. */
  close(): Promise<void>;
}
