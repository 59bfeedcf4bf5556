import { closeSync } from 'node:fs';
import type { Socket } from 'node:net';
import type { ClientAddress, DatagramSocket } from '@socketserver/core';
import {
  openConnection,
  packDatagram,
  RequestScope,
  readyConnection,
  runRequest,
  deserializeError,
  type SerializedError,
  type HandlerInit,
  type RequestLimits,
  type RequestHandlerConstructor,
  type ServerView,
} from '@socketserver/core/workers';
import type { ParentChannel } from './parent-channel.js';
import { monotonicMs, type DatagramMessage, type StreamMessage, type ToChild } from './protocol.js';

type SentMessage = ToChild & { type: 'sent' };

export interface ChildRequestsOptions {
  readonly view: ServerView;
  readonly limits: RequestLimits | undefined;
  readonly parent: ParentChannel;
}

/** Runs requests in a child. A request is ended when its handler has returned and its output has left. */
export class ChildRequests {
  readonly #Handler: RequestHandlerConstructor;
  readonly #server: ServerView;
  readonly #limits: RequestLimits | undefined;
  readonly #parent: ParentChannel;
  readonly #scopes = new Set<RequestScope>();
  readonly #sends = new Map<number, { resolve(bytes: number): void; reject(error: Error): void }>();
  #nextSend = 1;
  #aborted: { reason: unknown } | undefined;

  constructor(Handler: RequestHandlerConstructor, { view, limits, parent }: ChildRequestsOptions) {
    this.#Handler = Handler;
    this.#server = view;
    this.#limits = limits;
    this.#parent = parent;
  }

  /** @param connection - a descriptor, or the socket that Node made of one; undefined if it did not come */
  serveStream({ id, clientAddress, deadline }: StreamMessage, connection: Socket | number | undefined): void {
    if (connection === undefined) {
      // This process may open no more: let another have it, and serve those that are here.
      this.#parent.post({ type: 'leaving' });
      this.#parent.tell({ type: 'returned', id });
      return;
    }
    if (!this.#begins(id, deadline)) {
      discard(connection); // this copy only: the parent, or another child, has the connection
      return;
    }
    const socket = typeof connection === 'number' ? openConnection(connection) : readyConnection(connection);
    this.#run(id, this.#begin(socket, clientAddress));
  }

  serveDatagram({ id, clientAddress, deadline, packet }: DatagramMessage): void {
    if (!this.#begins(id, deadline)) return;
    const { buffer, byteOffset, byteLength } = packet;
    const request = { packet: Buffer.from(buffer, byteOffset, byteLength), socket: this.#datagrams };
    this.#run(id, this.#begin(request, clientAddress));
  }

  sent({ id, bytes, error }: SentMessage): void {
    const send = this.#sends.get(id);
    this.#sends.delete(id);
    if (error === undefined) send?.resolve(bytes);
    else send?.reject(deserializeError(error));
  }

  abort(packed: SerializedError): void {
    const reason = deserializeError(packed);
    this.#aborted = { reason };
    for (const scope of this.#scopes) scope.abort(reason);
  }

  /** Acknowledges the request, unless it is too late for it. Said at once: what comes next may end this process. */
  #begins(id: number, deadline: number): boolean {
    const late = monotonicMs() > deadline;
    this.#parent.tell({ type: late ? 'returned' : 'begun', id });
    return !late;
  }

  #begin<Request>(request: Request, clientAddress: ClientAddress): HandlerInit<Request> {
    const scope = new RequestScope();
    if (this.#aborted !== undefined) scope.abort(this.#aborted.reason);
    this.#scopes.add(scope);
    return { request, clientAddress, server: this.#server, scope, limits: this.#limits };
  }

  #run(id: number, init: HandlerInit): void {
    void runRequest(this.#Handler, init).then((end) => {
      this.#scopes.delete(init.scope);
      this.#parent.post({ type: 'ended', id, end });
    });
  }

  /** The parent owns the socket: it sends, and says what came of it. */
  readonly #datagrams: DatagramSocket = {
    sendTo: (data, address) =>
      new Promise((resolve, reject) => {
        const packed = packDatagram(data, address);
        const bytes = typeof packed.data === 'string' ? Buffer.from(packed.data) : packed.data;
        const id = this.#nextSend++;
        this.#sends.set(id, { resolve, reject });
        this.#parent.post({ type: 'send', id, data: bytes, address: packed.address });
      }),
  };
}

function discard(connection: Socket | number): void {
  if (typeof connection === 'number') closeSync(connection);
  else connection.destroy();
}
