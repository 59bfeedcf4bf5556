import type { Socket } from 'node:net';
import type { TransferListItem } from 'node:worker_threads';
import type { ClientAddress, DatagramRequest, DatagramSocket } from '@socketserver/core';
import { connectionClosed, noteRequestEnd, type RequestEnd } from '@socketserver/core/workers';
import { packConnection, type HandOver, type Parcel } from './hand-over.js';
import type { ToThread } from './protocol.js';

/** A message with what moves along with it. */
export interface Posting {
  message: ToThread;
  transfer: TransferListItem | undefined;
}

/** A request that runs in a thread, from the moment it looks for one until it has ended. */
export abstract class ThreadJob {
  /** Settles when the request has ended; rejects with what its handler threw, or with what became of its thread. */
  readonly ended: Promise<void>;
  /** Its place in the order in which its thread begins requests: see `BegunCell`. */
  id = 0;
  /** It ends with the worker that began it. */
  fail!: (error: unknown) => void;
  readonly #request: object;
  #complete!: () => void;

  constructor(
    request: object,
    protected readonly clientAddress: ClientAddress,
  ) {
    this.#request = request;
    this.ended = new Promise((resolve, reject) => {
      this.#complete = resolve;
      this.fail = reject;
    });
  }

  /** It has ended, as its thread tells. */
  end(end: RequestEnd | undefined): void {
    const error = end === undefined ? undefined : noteRequestEnd(this.#request, end);
    if (error === undefined) this.#complete();
    else this.fail(error);
  }

  /** Where a handler's datagrams leave. */
  abstract readonly socket: DatagramSocket | undefined;

  /** The message that starts it; its end is told with `slot`. Called again for a second thread. */
  abstract pack(slot: number): Posting;

  /** After its thread has died before it began: whether it can go to another one. */
  abstract get canBeReposted(): boolean;

  /** Lets go of a request that no thread has begun. */
  abstract discard(): void;

  /** It ends here: no thread will have it. */
  refuse(error: unknown): void {
    this.discard();
    this.fail(error);
  }
}

export class StreamJob extends ThreadJob {
  readonly socket = undefined;
  readonly #connection: Socket;
  readonly #handOver: HandOver;
  #parcel: Parcel | undefined;

  constructor(connection: Socket, clientAddress: ClientAddress, handOver: HandOver) {
    super(connection, clientAddress);
    this.#connection = connection;
    this.#handOver = handOver;
  }

  pack(slot: number): Posting {
    this.#parcel ??= packConnection(this.#connection, this.#handOver);
    const { id, clientAddress } = this;
    const { content, transfer } = this.#parcel;
    return { message: { type: 'stream', id, slot, socket: content, clientAddress }, transfer };
  }

  get canBeReposted(): boolean {
    return this.#parcel === undefined || this.#parcel.canBeReposted;
  }

  discard(): void {
    if (this.#parcel === undefined) this.#connection.destroy();
    else this.#parcel.discard();
  }

  /** It may have been closed while it waited to be posted. Node says no more of it than that it cannot be transferred. */
  override refuse(error: unknown): void {
    const isClosed = isNotTransferable(error) && this.#connection.destroyed;
    super.refuse(isClosed ? connectionClosed(this.#connection, 'a thread') : error);
  }
}

function isNotTransferable(error: unknown): boolean {
  return (error as { code?: unknown } | undefined)?.code === 'ERR_WORKER_HANDLE_NOT_TRANSFERABLE';
}

export class DatagramJob extends ThreadJob {
  readonly socket: DatagramSocket;
  readonly #packet: Buffer;
  readonly #byteLength: number;

  constructor(request: DatagramRequest, clientAddress: ClientAddress) {
    super(request, clientAddress);
    const { packet, socket } = request;
    this.#packet = packet;
    this.#byteLength = packet.byteLength;
    this.socket = socket;
  }

  pack(slot: number): Posting {
    const { id, clientAddress } = this;
    const packet = movable(this.#packet);
    return { message: { type: 'datagram', id, slot, packet, clientAddress }, transfer: packet.buffer };
  }

  /** A packet that has moved to a thread is lost with it, as a datagram may be: no bytes of it are left here. */
  get canBeReposted(): boolean {
    return this.#packet.byteLength === this.#byteLength;
  }

  /** Nothing to let go of. */
  discard(): void {}
}

/**
 * The packet in memory of its own: moving a part of a shared block would take the rest of the block along. An empty one
 * is made anew, for nothing tells whether it has moved.
 */
function movable(packet: Buffer): Uint8Array<ArrayBuffer> {
  const { buffer, byteLength } = packet;
  const isOwn = buffer instanceof ArrayBuffer && buffer.byteLength === byteLength && byteLength > 0;
  return isOwn ? new Uint8Array(buffer) : new Uint8Array(packet);
}
