import type { Socket } from 'node:net';
import type { ClientAddress } from '../../address.js';
import type { RequestLimits } from '../../execution/request-limits.js';
import type { RequestEnd } from './request-end.js';
import type { SerializedError } from '../../requests/serialized-error.js';
import type { Sharing } from '../../sources/request-source.js';

/**
 * What the main side and a worker tell each other, in lists: waking the other side costs more than a message does. Both
 * engines use the same messages; how they travel, and how a request is acknowledged, is the driver's.
 */
export type ToWorker =
  | StreamMessage
  | DatagramsMessage
  /** Datagrams that the worker asked to have sent, and that were: for each its id and how many bytes. */
  | { type: 'sent'; sent: number[] }
  /** One that could not be sent. */
  | { type: 'unsent'; id: number; error: SerializedError }
  /** Every handler's `signal` aborts, now and in requests that begin later. */
  | { type: 'abort'; reason: SerializedError }
  /** For requests that begin from now on; null: none. */
  | { type: 'limits'; limits: RequestLimits | null }
  /** To be answered with 'alive'. */
  | { type: 'ping' }
  /** Workers that accept for themselves. The answer to all but 'on' is `stopped`. */
  | { type: 'take'; how: HowToTake }
  /** No request follows. */
  | { type: 'end' };

/** Take requests; leave them; or take those that wait now, and then leave them. */
export type HowToTake = 'on' | 'off' | 'last';

/** What a worker has to know to accept for itself. */
export interface AcceptTerms {
  /** Its row in the memory that all share. */
  readonly row: number;
  readonly sharing: Sharing;
}

interface RequestMessage {
  /** What the worker tells of it with: unlike that of any other request that it has. */
  id: number;
  /** Threads only: counts up with each request of a worker, which starts them in this order. */
  sequence?: number | undefined;
  clientAddress: ClientAddress;
  /** Processes only: when, in ms of the machine's monotonic clock, the worker has to leave the request alone. */
  deadline?: number | undefined;
  /** Milliseconds of `requestTimeout` that it has taken on the main side; left out for none. */
  spentMs?: number;
}

export interface StreamMessage extends RequestMessage {
  type: 'stream';
  /** Threads: the connection, or its descriptor. Processes get the descriptor beside the message. */
  connection?: Socket | number | undefined;
}

/** One datagram. They cross as {@link DatagramsMessage}. */
export interface DatagramMessage extends RequestMessage {
  type: 'datagram';
  packet: Uint8Array;
}

export interface DatagramsMessage {
  type: 'datagrams';
  /** For each: id, sequence, deadline, milliseconds spent, bytes, address, port. */
  requests: unknown[];
  packets: Uint8Array;
}

export interface SendsMessage {
  type: 'sends';
  /** For each: id, bytes, address, port. */
  sends: unknown[];
  data: Uint8Array;
}

export type FromWorker =
  /** The id of a request whose handler has returned, with nothing else to tell. Most messages are this one. */
  | number
  | { type: 'ended'; id: number; end: RequestEnd }
  /** Its event loop turns. Said before it loads the handler, and when it is asked. */
  | { type: 'alive'; memoryBytes: number }
  /** The handler is loaded. */
  | { type: 'ready' }
  /** The handler's module did not load. */
  | { type: 'failed'; error: SerializedError }
  /** Datagrams to be sent from the server's socket. The answer is `sent` or `unsent`, with the same ids. */
  | SendsMessage
  /** A handler has called `this.server.shutdown()`. */
  | { type: 'shutdown' }
  /** It wants no more requests. */
  | { type: 'draining' }
  /** Processes: the acknowledgement. From now on the request is the worker's; sent before its first byte is read. */
  | { type: 'begun'; id: number }
  /** Processes: the request was left alone. Its deadline had passed, or its descriptor did not come. */
  | { type: 'returned'; id: number }
  /** Processes: it cannot take the descriptors of connections, and loads no handler. */
  | { type: 'no-descriptors' }
  /** Workers that accept for themselves: it takes nothing any more; and, once it is so, the last of its requests has ended. */
  | { type: 'stopped' }
  | { type: 'idle' }
  /** It has had as many requests as it may have before it is replaced. */
  | { type: 'due' }
  /** A request that it took has failed. */
  | { type: 'failure'; error: SerializedError; clientAddress: ClientAddress }
  /** It could not take a request: said once a spell. */
  | { type: 'accept-failed'; error: SerializedError }
  /** Threads: the answer to `end`, once all that was printed has left. */
  | { type: 'over' };

/** A message of a worker that is told by its `type`. */
export type NamedMessage = Exclude<FromWorker, number>;
