import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { failureOf, type Conversation, type Outcome } from './conversation.js';
import type { Exchange } from './exchange.js';

/** One datagram at a time, from a socket of its own. */
export class Datagrams implements Conversation {
  readonly #address: { host: string; port: number };
  #socket: Socket | undefined;
  #expected: Buffer | undefined;
  #done: ((outcome: Outcome) => void) | undefined;

  constructor(address: { host: string; port: number }) {
    this.#address = address;
  }

  async open(): Promise<void> {
    const socket = createSocket('udp4');
    this.#socket = socket;
    socket.on('message', (answer) => {
      if (this.#expected !== undefined) this.#finish(this.#expected.equals(answer) ? 'answered' : 'wrong');
    });
    socket.on('error', (error) => this.#finish(failureOf(error)));
    socket.connect(this.#address.port, this.#address.host);
    await once(socket, 'connect');
  }

  ask({ request, answer }: Exchange, done: (outcome: Outcome) => void): void {
    this.#expected = answer ?? undefined;
    this.#done = done;
    this.#socket?.send(request);
  }

  /** An answer that comes after all is then taken for the next one's, and is wrong: exchanges differ. */
  abandon(): void {
    this.#done = undefined;
    this.#expected = undefined;
  }

  close(): void {
    this.#socket?.close();
    this.#socket = undefined;
  }

  #finish(outcome: Outcome): void {
    const done = this.#done;
    this.abandon();
    done?.(outcome);
  }
}
