import { once } from 'node:events';
import { connect, type NetConnectOpts, type Socket } from 'node:net';
import { AnswerCheck } from './answer-check.js';
import { failureOf, type Conversation, type Outcome } from './conversation.js';
import type { Exchange } from './exchange.js';

/** Request after request on one connection; a new one after a failure. */
export class KeptConnection implements Conversation {
  readonly #address: NetConnectOpts;
  #socket: Socket | undefined;
  #check: AnswerCheck | undefined;
  #done: ((outcome: Outcome) => void) | undefined;

  constructor(address: NetConnectOpts) {
    this.#address = address;
  }

  async open(): Promise<void> {
    await once(this.#connect(), 'connect');
  }

  ask({ request, answer }: Exchange, done: (outcome: Outcome) => void): void {
    const socket = this.#socket ?? this.#connect();
    this.#check = new AnswerCheck(answer);
    this.#done = done;
    socket.write(request);
  }

  abandon(): void {
    this.#done = undefined;
    this.close();
  }

  close(): void {
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.removeAllListeners();
    socket?.on('error', closing);
    socket?.destroy();
  }

  #connect(): Socket {
    const socket = connect(this.#address);
    this.#socket = socket;
    socket.on('data', (chunk) => this.#received(chunk));
    socket.on('end', () => this.#ended({ failed: 'ended early' }));
    socket.on('error', (error) => this.#ended(failureOf(error)));
    return socket;
  }

  #received(chunk: Buffer): void {
    const check = this.#check;
    if (check?.take(chunk) !== true) this.#ended('wrong');
    else if (check.isComplete) this.#finish('answered');
  }

  /** What comes after a wrong answer, or a failure, cannot be told apart from it: not on this connection. */
  #ended(outcome: Outcome): void {
    this.close();
    this.#finish(outcome);
  }

  #finish(outcome: Outcome): void {
    const done = this.#done;
    this.#check = undefined;
    this.#done = undefined;
    done?.(outcome);
  }
}

function closing(): void {}
