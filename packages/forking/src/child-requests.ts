import type { Socket } from 'node:net';
import type { DatagramSocket } from '@socketserver/core';
import {
  packError,
  RequestScope,
  runHandler,
  runStream,
  unpackError,
  type CrossingError,
  type HandlerInit,
  type RequestLimits,
  type RequestHandlerConstructor,
  type ServerView,
} from '@socketserver/core/engine';
import { monotonicMs, type FromChild, type ToChild } from './protocol.js';

type StreamMessage = ToChild & { type: 'stream' };
type DatagramMessage = ToChild & { type: 'datagram' };
type SentMessage = ToChild & { type: 'sent' };

export interface ChildRequestsOptions {
  readonly view: ServerView;
  readonly limits: RequestLimits | undefined;
  readonly tell: (message: FromChild) => void;
}

/** Runs requests in a child. A request is ended when its handler has returned and its output has left. */
export class ChildRequests {
  readonly #Handler: RequestHandlerConstructor;
  readonly #server: ServerView;
  readonly #limits: RequestLimits | undefined;
  readonly #tell: (message: FromChild) => void;
  readonly #scopes = new Set<RequestScope>();
  readonly #sends = new Map<number, { resolve(bytes: number): void; reject(error: Error): void }>();
  #nextSend = 1;
  #aborted: { reason: unknown } | undefined;

  constructor(Handler: RequestHandlerConstructor, { view, limits, tell }: ChildRequestsOptions) {
    this.#Handler = Handler;
    this.#server = view;
    this.#limits = limits;
    this.#tell = tell;
  }

  serveStream({ id, clientAddress, deadline }: StreamMessage, socket: Socket): void {
    socket.on('error', meetsItInTheHandler);
    if (!this.#begins(id, deadline)) {
      socket.destroy(); // this copy only: the parent, or another child, has the connection
      return;
    }
    socket.allowHalfOpen = true; // does not cross
    void this.#run(id, (init) => runStream(this.#Handler, { ...init, clientAddress, request: socket }));
  }

  serveDatagram({ id, clientAddress, deadline, packet }: DatagramMessage): void {
    if (!this.#begins(id, deadline)) return;
    const { buffer, byteOffset, byteLength } = packet;
    const request = { packet: Buffer.from(buffer, byteOffset, byteLength), socket: this.#socketOf(id) };
    void this.#run(id, (init) => runHandler(this.#Handler, { ...init, clientAddress, request }));
  }

  sent({ id, bytes, error }: SentMessage): void {
    const send = this.#sends.get(id);
    this.#sends.delete(id);
    if (error === undefined) send?.resolve(bytes);
    else send?.reject(unpackError(error));
  }

  abort(packed: CrossingError): void {
    const reason = unpackError(packed);
    this.#aborted = { reason };
    for (const scope of this.#scopes) scope.abort(reason);
  }

  /** Acknowledges the request, unless it is too late for it. */
  #begins(id: number, deadline: number): boolean {
    const late = monotonicMs() > deadline;
    this.#tell({ type: late ? 'late' : 'begun', id });
    return !late;
  }

  async #run(
    id: number,
    run: (init: Pick<HandlerInit, 'server' | 'scope' | 'limits'>) => Promise<void>,
  ): Promise<void> {
    const scope = new RequestScope();
    if (this.#aborted !== undefined) scope.abort(this.#aborted.reason);
    this.#scopes.add(scope);
    let error: CrossingError | undefined;
    try {
      await run({ server: this.#server, scope, limits: this.#limits });
    } catch (thrown) {
      error = packError(thrown);
    }
    this.#scopes.delete(scope);
    this.#tell({ type: 'ended', id, error });
  }

  /** The parent owns the socket: it sends, and says what came of it. */
  #socketOf(request: number): DatagramSocket {
    return {
      sendTo: (data, address) =>
        new Promise((resolve, reject) => {
          const id = this.#nextSend++;
          this.#sends.set(id, { resolve, reject });
          const bytes = typeof data === 'string' ? Buffer.from(data) : data;
          this.#tell({ type: 'send', id, request, data: bytes, address });
        }),
    };
  }
}

/** The handler meets an error where it reads or writes; without any listener it would end the process. */
function meetsItInTheHandler(): void {}
