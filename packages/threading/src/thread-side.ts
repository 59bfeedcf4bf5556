import type { Socket } from 'node:net';
import type { MessagePort } from 'node:worker_threads';
import type { ClientAddress, DatagramRequest, ServerView } from '@socketserver/core';
import {
  openConnection,
  serializeError,
  readyConnection,
  RequestScope,
  runRequest,
  Slots,
  deserializeError,
  type HandlerInit,
  type RequestEnd,
  type RequestLimits,
  type RequestHandlerConstructor,
} from '@socketserver/core/workers';
import { BegunCell } from './begun-cell.js';
import { Outbox } from './outbox.js';
import type { FromThread, ThreadStart, ToThread } from './protocol.js';
import { PortSocket } from './port-socket.js';

/** The thread's side of a server: takes requests from the port, runs their handlers, says how they ended. */
export class ThreadSide {
  readonly #Handler: RequestHandlerConstructor;
  readonly #port: MessagePort;
  readonly #begun: BegunCell;
  readonly #outbox: Outbox<FromThread>;
  readonly #socket: PortSocket;
  readonly #view: ServerView;
  readonly #limits: RequestLimits | undefined;
  readonly #scopes = new Slots<RequestScope>();
  #abortReason: { reason: Error } | undefined;

  constructor(
    { port, begun, serverAddress, context, limits }: ThreadStart,
    Handler: RequestHandlerConstructor,
  ) {
    this.#Handler = Handler;
    this.#port = port;
    this.#begun = new BegunCell(begun);
    this.#limits = limits;
    this.#outbox = new Outbox(port, (message, error) => this.#refused(message, error));
    this.#socket = new PortSocket(this.#outbox);
    this.#view = { serverAddress, context, shutdown: () => this.#outbox.post({ type: 'shutdown' }) };
  }

  listen(): void {
    this.#port.on('message', (messages: ToThread[]) => {
      // What has ended is told before anything begins that might hold up this thread.
      this.#outbox.flush();
      for (const message of messages) this.#received(message);
    });
    // A thread that ends in the middle of a turn still says what had ended before.
    process.once('exit', () => this.#outbox.flush());
  }

  #received(message: ToThread): void {
    switch (message.type) {
      case 'stream':
        this.#serveStream(message);
        return;
      case 'datagram':
        this.#serveDatagram(message);
        return;
      case 'sent':
        this.#socket.sent(message);
        return;
      case 'abort':
        this.#abortReason = { reason: deserializeError(message.reason) };
        for (const scope of this.#scopes) scope.abort(this.#abortReason.reason);
        return;
      case 'end':
        void this.#end();
        return;
    }
  }

  #serveStream({ id, slot, socket: content, clientAddress }: ToThread & { type: 'stream' }): void {
    // In this order: a descriptor that the main side takes for untouched must be untouched.
    if (!this.#begun.begin(id)) return;
    let request: Socket;
    try {
      request = typeof content === 'number' ? openConnection(content) : readyConnection(content);
    } catch (error) {
      this.#report(slot, { error: serializeError(error) });
      return;
    } finally {
      this.#begun.taken();
    }
    const init = this.#begin(request, clientAddress);
    this.#run(slot, init);
  }

  #serveDatagram({ id, slot, packet, clientAddress }: ToThread & { type: 'datagram' }): void {
    if (!this.#begun.begin(id)) return;
    this.#begun.taken(); // nothing that would have to be closed
    const { buffer, byteOffset, byteLength } = packet;
    const request: DatagramRequest = {
      packet: Buffer.from(buffer, byteOffset, byteLength),
      socket: this.#socket,
    };
    const init = this.#begin(request, clientAddress);
    this.#run(slot, init);
  }

  #begin<Request>(request: Request, clientAddress: ClientAddress): HandlerInit<Request> {
    const scope = new RequestScope();
    if (this.#abortReason !== undefined) scope.abort(this.#abortReason.reason);
    return { request, clientAddress, server: this.#view, scope, limits: this.#limits };
  }

  #run(slot: number, init: HandlerInit): void {
    const running = this.#scopes.add(init.scope);
    void runRequest(this.#Handler, init).then((end) => {
      this.#scopes.remove(running);
      this.#report(slot, end);
    });
  }

  #report(slot: number, end: RequestEnd | undefined): void {
    this.#outbox.post(end === undefined ? slot : { type: 'ended', slot, end });
  }

  /** Of what a thread says only where a datagram is to go can hold what cannot be cloned. */
  #refused(message: FromThread, error: unknown): void {
    if (typeof message === 'number' || message.type !== 'send') return;
    this.#socket.sent({ type: 'sent', answer: message.answer, outcome: serializeError(error) });
  }

  async #end(): Promise<void> {
    await Promise.all([written(process.stdout), written(process.stderr)]);
    this.#outbox.post({ type: 'over' });
  }
}

/** What a thread prints passes through the main thread, piece by piece. */
function written(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    stream.write('', () => resolve());
  });
}
