import type { BoundAddress } from '../address.js';
import type { Arrival } from './request-queue.js';

/** What another thread or process has to know to take requests from the same socket; data only, for it crosses to that. */
export type Sharing =
  | {
      readonly socketType: 'stream';
      readonly backlog: number;
      /** Milliseconds, as in `SocketOptions`; undefined for Unix sockets. */
      readonly keepAlive: number | null | undefined;
      /** Whether the socket has the options that its connections are to have. */
      readonly arePreset: boolean;
    }
  | { readonly socketType: 'datagram'; readonly ipv6Only: boolean; readonly maxPacketSize: number };

/** Where a server's requests come from: a listening socket, or a bound datagram socket. */
export interface RequestSource<Request> {
  /** The socket of Node that this source reads, for `server.socket`. */
  readonly socket: object | undefined;
  /** Called for each request that was received and dropped, because too many waited. */
  onDrop?: () => void;
  /** Called for each answer that was dropped, because its receiver took none. */
  onUnsent?: () => void;
  /** Binds the address; rejects with the system's own error. Nothing is taken before `resume()`. */
  open(): Promise<void>;
  /** The address as the kernel knows it; undefined before `open()`. */
  address(): BoundAddress | undefined;
  /** The descriptor, -1 when closed. */
  fileno(): number;
  /** Undefined where nobody else can take requests from this socket. */
  readonly sharing?: Sharing;
  /** Whether `take()` can be called. */
  readonly isReady: boolean;
  /** Resolves when there is a request or a failure, and takes neither. Never rejects. */
  ready(): Promise<void>;
  /** The next request, when `isReady` is true. @throws the failure to receive one */
  take(): Arrival<Request>;
  /** The next request; waits for one if there is none. Rejects with what `take()` throws. */
  next(): Promise<Arrival<Request>>;
  /**
   * For the end: receives what the kernel has by now, and nothing more. Resolves when that is here; `take()` still gives
   * it, and throws ERR_SOCKETSERVER_CLOSED afterwards.
   */
  finish(): Promise<void>;
  /** Takes requests from the kernel. */
  resume(): void;
  /** Leaves requests in the kernel, which goes on queueing them. */
  pause(): void;
  /** Closes the socket and whatever nobody has taken. May be called in any state, any number of times. */
  close(): Promise<void>;
}
