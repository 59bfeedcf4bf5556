import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { Log } from './log.js';

/** A handler that waits at the gate. */
export interface Visitor {
  /** What it was asked. */
  readonly text: string;
  letPass(): void;
}

/**
 * Where handlers say that they have begun, and wait until the test lets them pass, wherever they run: they
 * connect to it over TCP (`passGate` in handlers/pass-gate.ts). Its port goes to them in the server's `context`.
 */
export class Gate implements AsyncDisposable {
  readonly #visitors = new Log<Visitor>();
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;
  #seen = 0;

  static async open(): Promise<Gate> {
    const gate = new Gate();
    gate.#server.listen(0, '127.0.0.1');
    await once(gate.#server, 'listening');
    return gate;
  }

  private constructor() {
    this.#server = createServer((socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
      // A handler that is killed while it waits resets its connection.
      socket.on('error', () => socket.destroy());
      socket.once('data', (text) => {
        this.#visitors.add({ text: text.toString(), letPass: () => socket.end('pass') });
      });
    });
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** How many have come so far. */
  get arrived(): number {
    return this.#visitors.length;
  }

  /** The next one to come. */
  async visitor(): Promise<Visitor> {
    const index = this.#seen++;
    const visitors = await this.#visitors.atLeast(index + 1);
    return visitors[index]!;
  }

  /** Whoever still waits passes. */
  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }
}
