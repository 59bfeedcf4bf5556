import type { ChildProcess } from 'node:child_process';
import { Socket } from 'node:net';
import { DescriptorPipe, descriptorOf } from '@socketserver/core/workers';
import { DESCRIPTOR_PIPE_FD, type StreamMessage, type ToChild } from './protocol.js';

/**
 * What the parent says to one child, gathered and sent together: waking a process costs more than what it is told.
 *
 * Sockets go through a pipe of their own where the system allows it, any number at once, and else one by one with
 * `child.send`. Either way they are copies: the parent's own stays open, so that a child that dies with a socket
 * on its way takes nothing along.
 */
export class ChildChannel {
  readonly #process: ChildProcess;
  readonly #socket: Socket | undefined;
  #pipe: DescriptorPipe | undefined;
  #messages: ToChild[] = [];
  #sockets: Socket[] = [];
  #flushing: NodeJS.Immediate | undefined;

  constructor(process: ChildProcess) {
    // A process that was not forked has no pipes: for want of descriptors (EMFILE), not even a list of none.
    const socket = (process.stdio as typeof process.stdio | undefined)?.[DESCRIPTOR_PIPE_FD];
    this.#process = process;
    this.#socket = socket instanceof Socket ? socket : undefined;
    this.#socket?.on('error', ignore);
  }

  /** The child says that it can receive through the pipe; whether this process can send is seen here. */
  openPipe(): void {
    if (this.#socket !== undefined) this.#pipe = DescriptorPipe.over(descriptorOf(this.#socket));
  }

  /** Whether it takes several sockets at once. */
  get takesMany(): boolean {
    return this.#openPipe !== undefined;
  }

  get isConnected(): boolean {
    return this.#process.connected;
  }

  /** Says it at the end of this turn of the event loop. */
  post(message: ToChild): void {
    this.#messages.push(message);
    this.#flushing ??= setImmediate(() => this.flush());
  }

  /** To be flushed in the same turn, before anything can close the socket. */
  postSocket(message: StreamMessage, socket: Socket): void {
    this.#messages.push(message);
    this.#sockets.push(socket);
  }

  flush(): void {
    clearImmediate(this.#flushing);
    this.#flushing = undefined;
    const messages = this.#messages;
    const sockets = this.#sockets;
    if (messages.length === 0) return;
    this.#messages = [];
    this.#sockets = [];
    // A child without a channel is at its end, and whatever it was given is given to another.
    if (!this.#process.connected) return;
    if (sockets.length > 0 && this.#openPipe?.send(sockets.map(descriptorOf)) !== true)
      this.#sendOneByOne(messages, sockets);
    else this.#process.send(messages, ignore);
  }

  close(): void {
    clearImmediate(this.#flushing);
    this.#socket?.destroy();
  }

  /**
   * Node closes it soon after the child's end, which can be before `connected` tells of that; from then on its
   * descriptor's number is given to whoever connects next.
   */
  get #openPipe(): DescriptorPipe | undefined {
    return this.#socket?.destroyed === false ? this.#pipe : undefined;
  }

  #sendOneByOne(messages: ToChild[], sockets: Socket[]): void {
    for (const message of messages) {
      const socket = message.type === 'stream' ? sockets.shift() : undefined;
      if (message.type === 'stream') message.piped = false;
      if (socket === undefined) {
        this.#process.send([message], ignore);
        continue;
      }
      detach(socket);
      this.#process.send([message], socket, { keepOpen: true }, ignore);
    }
  }
}

/**
 * Node asks the children for the state of every socket that was sent with its `server` set, and a `net.Server`
 * is not closed before each has answered: a dead child never does.
 */
function detach(socket: Socket): void {
  (socket as { server?: unknown }).server = null;
}

/** What does not arrive is no news: the child's end is. */
function ignore(): void {}
