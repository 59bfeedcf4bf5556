import { closeSync } from 'node:fs';
import { Socket } from 'node:net';
import {
  DescriptorPipe,
  FrameStream,
  MainSide,
  protocolError,
  serializeError,
  type FrameMessage,
  type FromWorker,
  type SendsMessage,
} from '@socketserver/core/workers/runtime';
import {
  DESCRIPTORS_FD,
  FRAMES_FD,
  isIpcMessage,
  MAX_FROM_CHILD,
  MAX_TO_CHILD,
  type ToChild,
} from '../protocol.js';

/** A connection as it comes: a descriptor, or the socket that Node made of one. */
export type Connection = Socket | number;

export interface ParentChannelEvents {
  onMessages: (messages: readonly ToChild[], connections: Connection[]) => void;
  /** The parent has ended, or has given this child up. */
  onEnd: () => void;
}

/** What carries the messages. */
interface Link {
  /** Whether connections can come. */
  readonly takesConnections: boolean;
  send(messages: readonly FromWorker[]): void;
  /** The process ends: what is unsent leaves now, or never. */
  flushSync(): void;
}

/** The child's side of the channel. */
export class ParentChannel extends MainSide {
  readonly #link: Link;
  #flushing: NodeJS.Immediate | undefined;

  constructor(events: ParentChannelEvents) {
    super();
    this.#link = process.send === undefined ? new FrameLink(events) : new IpcLink(events);
  }

  get takesConnections(): boolean {
    return this.#link.takesConnections;
  }

  override flush(): void {
    clearImmediate(this.#flushing);
    this.#flushing = undefined;
    super.flush();
  }

  /** To be called when the process ends: what has been said is then heard. */
  end(): void {
    this.flush();
    this.#link.flushSync();
  }

  protected flushSoon(): void {
    this.#flushing ??= setImmediate(() => this.flush());
  }

  protected send(messages: readonly FromWorker[]): void {
    this.#link.send(messages);
  }
}

class FrameLink implements Link {
  readonly #pipe = DescriptorPipe.over(DESCRIPTORS_FD);
  readonly #stream: FrameStream;

  constructor({ onMessages, onEnd }: ParentChannelEvents) {
    const socket = new Socket({ fd: FRAMES_FD, readable: true, writable: true });
    const receive = (messages: unknown): void => {
      const list = messages as ToChild[]; // the parent is trusted
      onMessages(list, list.some(({ type }) => type === 'stream') ? this.#receive() : []);
    };
    this.#stream = new FrameStream(socket, {
      maxIn: MAX_TO_CHILD,
      maxOut: MAX_FROM_CHILD,
      onMessages: receive,
      onBroken: (error) => {
        console.error(error);
        process.exit(1);
      },
      onEnd,
      onTooLong: (message) => setImmediate(() => receive([refused(message)])),
    });
  }

  get takesConnections(): boolean {
    return this.#pipe !== undefined;
  }

  send(messages: readonly FromWorker[]): void {
    this.#stream.write(messages);
  }

  flushSync(): void {
    this.#stream.flushSync();
  }

  #receive(): number[] {
    const descriptors = this.#pipe?.receive();
    if (descriptors === undefined) throw protocolError('sockets in the descriptor pipe', descriptors);
    return descriptors;
  }
}

/** No datagram is as long, and the system would say so. Nothing else that a child says can be. */
function refused(message: FrameMessage): ToChild {
  if (!areSends(message)) throw protocolError('a short message', message);
  const error = Object.assign(new Error('send EMSGSIZE'), { code: 'EMSGSIZE' });
  return { type: 'unsent', id: message.sends[0] as number, error: serializeError(error) };
}

/** One that is too long to go with others. */
function areSends(message: FrameMessage): message is SendsMessage {
  return typeof message === 'object' && message.type === 'sends';
}

class IpcLink implements Link {
  readonly takesConnections = true;

  constructor({ onMessages, onEnd }: ParentChannelEvents) {
    process.on('message', (message, socket) => {
      if (!isIpcMessage(message)) return;
      onMessages(message.socketserver as ToChild[], socket === undefined ? [] : [socket as Socket]);
    });
    process.on('disconnect', onEnd);
  }

  send(messages: readonly FromWorker[]): void {
    // Where they cannot go the parent is gone: 'disconnect' ends this process.
    if (process.connected) process.send?.({ socketserver: messages }, undefined, {}, ignore);
  }

  flushSync(): void {}
}

/** Closes this copy only: the parent, or another child, has the connection. */
export function discard(connection: Connection): void {
  if (typeof connection === 'number') closeSync(connection);
  else connection.destroy();
}

function ignore(): void {}
