import { connect, type NetConnectOpts, type Socket } from 'node:net';
import { AnswerCheck } from './answer-check.js';
import { failureOf, type Conversation, type Outcome } from './conversation.js';
import type { Exchange } from './exchange.js';

/** Connects, sends, half-closes, reads the answer up to the end: a connection for each request. */
export class ConnectionPerRequest implements Conversation {
  readonly #address: NetConnectOpts;
  #socket: Socket | undefined;

  constructor(address: NetConnectOpts) {
    this.#address = address;
  }

  open(): Promise<void> {
    return Promise.resolve();
  }

  ask({ request, answer }: Exchange, done: (outcome: Outcome) => void): void {
    const socket = connect(this.#address);
    const check = new AnswerCheck(answer);
    const finish = (outcome: Outcome): void => {
      if (this.#socket !== socket) return;
      this.close();
      done(outcome);
    };
    this.#socket = socket;
    socket.on('data', (chunk) => {
      if (!check.take(chunk)) finish('wrong');
    });
    socket.on('end', () => finish(check.isComplete ? 'answered' : { failed: 'ended early' }));
    socket.on('error', (error) => finish(failureOf(error)));
    socket.end(request);
  }

  abandon(): void {
    this.close();
  }

  close(): void {
    this.#socket?.destroy();
    this.#socket = undefined;
  }
}
