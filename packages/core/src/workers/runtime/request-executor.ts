import type { Socket } from 'node:net';
import type { BoundAddress, ClientAddress } from '../../address.js';
import {
  importWorkerHandler,
  type HandlerReference,
  type RequestHandlerConstructor,
} from '../../execution/handler-reference.js';
import type { RequestLimits } from '../../execution/request-limits.js';
import { RequestScope } from '../../execution/request-scope.js';
import type { ServerView } from '../../execution/server-view.js';
import type { HandlerInit } from '../../handlers/base-request-handler.js';
import { warmUpSockets } from '../../io/warm-up-sockets.js';
import { Slots } from '../../requests/slots.js';
import type { WorkerRequest } from '../job.js';
import type { AcceptTerms, DatagramMessage, StreamMessage, ToWorker } from '../protocol/messages.js';
import type { RequestEnd } from '../protocol/request-end.js';
import { deserializeError } from '../../requests/serialized-error.js';
import type { AcceptLoop } from './accept-loop.js';
import type { MainSide } from './main-side.js';
import { RemoteDatagramSocket } from './remote-datagram-socket.js';
import { runRequest } from './run-request.js';

export interface ExecutorStart {
  readonly handler: HandlerReference;
  readonly serverAddress: BoundAddress;
  readonly context: unknown;
  readonly limits: RequestLimits | undefined;
  /** For a worker that accepts for itself. */
  readonly accept?: AcceptStart | undefined;
}

/** What a worker accepts with, for itself. */
export interface AcceptStart {
  readonly terms: AcceptTerms;
  /** The memory that all workers share. */
  readonly memory: ArrayBufferLike;
  /** The descriptor of the listening socket. */
  readonly fd: number;
}

type End = RequestEnd | undefined;

/** What the executor sees to itself; requests come through `runStream` and `runDatagram`. */
export type ExecutorMessage = Exclude<ToWorker, { type: 'stream' | 'datagrams' | 'end' }>;

/** Runs requests inside a worker, thread or process, and tells how each ended. The same for both engines. */
export class RequestExecutor {
  readonly #main: MainSide;
  readonly #memoryBytes: () => number;
  readonly #socket: RemoteDatagramSocket;
  readonly #scopes = new Slots<RequestScope>();
  #Handler: RequestHandlerConstructor | undefined;
  #server: ServerView | undefined;
  #limits: RequestLimits | undefined;
  #aborted: { reason: unknown } | undefined;
  #accepting: AcceptLoop | undefined;

  /** @param memoryBytes - what this worker uses, to be told when it is asked */
  constructor(main: MainSide, memoryBytes: () => number) {
    this.#main = main;
    this.#memoryBytes = memoryBytes;
    this.#socket = new RemoteDatagramSocket(main);
    // Whether it is stuck while it loads the handler can be told only of one that was alive.
    this.#sayAlive();
  }

  /** Loads the handler. @throws what its module throws */
  async load({ handler, serverAddress, context, limits, accept }: ExecutorStart): Promise<void> {
    const shutdown = (): void => this.#main.post({ type: 'shutdown' });
    this.#server = { serverAddress, context, shutdown };
    this.#limits = limits;
    this.#Handler = await importWorkerHandler(handler);
    warmUpSockets();
    if (accept === undefined) return;
    // What is only needed for this would make every worker start later.
    const { AcceptLoop } = await import('./accept-loop.js');
    const run = (request: WorkerRequest, clientAddress: ClientAddress): Promise<End> =>
      this.#run(request, clientAddress);
    this.#accepting = new AcceptLoop({ ...accept, serverAddress, main: this.#main, run });
    await this.#accepting.open();
  }

  receive(message: ExecutorMessage): void {
    switch (message.type) {
      case 'sent':
        this.#socket.sent(message);
        return;
      case 'unsent':
        this.#socket.unsent(message);
        return;
      case 'abort':
        this.#abort(deserializeError(message.reason));
        return;
      case 'limits':
        this.#limits = message.limits ?? undefined;
        return;
      case 'ping':
        this.#sayAlive();
        return;
      case 'take':
        void this.#accepting?.take(message.how);
        return;
    }
  }

  /** This worker ends, and takes no request any more. */
  leave(): void {
    this.#accepting?.leave();
  }

  runStream(message: StreamMessage, request: Socket): void {
    this.#serve(message, request);
  }

  runDatagram(message: DatagramMessage): void {
    const { buffer, byteOffset, byteLength } = message.packet;
    const packet = Buffer.from(buffer, byteOffset, byteLength);
    this.#serve(message, { packet, socket: this.#socket });
  }

  #serve({ id, clientAddress, spentMs }: StreamMessage | DatagramMessage, request: WorkerRequest): void {
    void this.#run(request, clientAddress, spentMs).then((end) =>
      this.#main.post(end === undefined ? id : { type: 'ended', id, end }),
    );
  }

  #run(request: WorkerRequest, clientAddress: ClientAddress, spentMs?: number): Promise<End> {
    const [Handler, server] = [this.#Handler, this.#server];
    if (Handler === undefined || server === undefined) throw new Error('Expected load() before a request');
    const scope = new RequestScope();
    if (this.#aborted !== undefined) scope.abort(this.#aborted.reason);
    const slot = this.#scopes.add(scope);
    const limits = this.#limits;
    const init: HandlerInit = { request, clientAddress, server, scope, limits, spentMs };
    return runRequest(Handler, init).then((end) => {
      scope.guard?.end();
      this.#scopes.remove(slot);
      return end;
    });
  }

  #abort(reason: unknown): void {
    this.#aborted = { reason };
    this.#accepting?.closing();
    for (const scope of this.#scopes) scope.abort(reason);
  }

  #sayAlive(): void {
    this.#main.tell({ type: 'alive', memoryBytes: this.#memoryBytes() });
  }
}
