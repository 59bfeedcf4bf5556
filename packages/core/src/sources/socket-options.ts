import type { Server, Socket } from 'node:net';
import { notePresetOptions, presetOptions } from '../native/handle.js';

/**
 * The options of a TCP server's connections: keep-alive, and no delay of small writes by Nagle's algorithm (`wbufsize`
 * holds them back where that is wanted). Setting them takes five system calls for each connection, as much as all else
 * that a server adds to it. Linux gives a connection the options of its listening socket, so there that one gets them,
 * once.
 */
export class SocketOptions {
  readonly #keepAlive: number | null;
  /** Connections that are still to come which may not have the listening socket's options. */
  #without = Infinity;

  /** @param keepAlive - milliseconds of silence before the first probe; null: none is sent */
  constructor(keepAlive: number | null) {
    this.#keepAlive = keepAlive;
  }

  /** Whether the listening socket has them. */
  get arePreset(): boolean {
    return this.#without !== Infinity;
  }

  /** Sets them on a listening socket. */
  presetOn(server: Server, backlog: number): void {
    if (presetOptions(server, this.#keepAlive)) this.presetBefore(backlog);
  }

  /** The listening socket has them by now; its backlog may hold clients that came before. */
  presetBefore(backlog: number): void {
    this.#without = backlog + 1; // the kernel queues one more
  }

  /** To be called for each connection, in the order in which they came. */
  applyTo(socket: Socket): void {
    if (this.#without === 0) {
      notePresetOptions(socket, this.#keepAlive);
      return;
    }
    this.#without--;
    socket.setNoDelay(true);
    if (this.#keepAlive !== null) socket.setKeepAlive(true, this.#keepAlive);
  }
}
