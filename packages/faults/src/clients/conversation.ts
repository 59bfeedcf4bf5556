import { connect, type Socket } from 'node:net';
import type { BoundAddress } from '@socketserver/core';
import type { Step, Tally } from '../protocol.js';
import { note } from './tally.js';

export interface ConversationOptions {
  readonly name: string;
  readonly address: BoundAddress;
  readonly steps: readonly Step[];
  readonly hungAfterMs: number;
}

type Fate = 'answered' | 'ended' | 'refused' | 'left' | 'wrong' | 'hung';

/** How large the pieces of `sendBytes` are. */
const PIECE = Buffer.alloc(65_536, 'x');

/** The server ended the connection, or it was never there. */
class Ended extends Error {}
class Hung extends Error {}
class Wrong extends Error {}

/** One client of a stream: does its steps, and finds out what became of it. */
export class Conversation {
  readonly #options: ConversationOptions;
  readonly #socket: Socket;
  #received: Buffer[] = [];
  #available = 0;
  #isEnded = false;
  #isClosed = false;
  #isConnected = false;
  #look: () => void = () => {};

  constructor(options: ConversationOptions) {
    this.#options = options;
    const { address } = options;
    this.#socket = connect({
      allowHalfOpen: true,
      ...('path' in address ? { path: address.path } : { host: address.host, port: address.port }),
    });
    this.#socket.on('end', () => {
      this.#isEnded = true;
      this.#look();
    });
    this.#socket.on('close', () => {
      this.#isClosed = true;
      this.#look();
    });
    this.#socket.on('error', () => {}); // 'close' follows
    this.#socket.on('drain', () => this.#look());
    this.#socket.on('readable', () => this.#look());
  }

  /** Counts the client as connected, and by its fate. Never rejects. */
  async run(tally: Tally, onConnect: () => void): Promise<void> {
    this.#socket.on('connect', () => {
      this.#isConnected = true;
      tally.connected++;
      onConnect();
      this.#look();
    });
    const fate = await this.#fate(tally);
    tally[fate]++;
    this.#socket.destroy();
    if (!this.#isClosed) await new Promise((resolve) => this.#socket.once('close', resolve));
  }

  async #fate(tally: Tally): Promise<Fate> {
    const { name, steps } = this.#options;
    let at = -1;
    try {
      await this.#until(() => this.#isConnected);
      for (const [index, step] of steps.entries()) {
        at = index;
        if (step.do === 'reset' || step.do === 'close') return this.#leave(step.do);
        if (step.do === 'begun') {
          tally.begun++;
          continue;
        }
        await this.#take(step);
      }
      return 'answered';
    } catch (error) {
      if (error instanceof Ended) return this.#isConnected ? 'ended' : 'refused';
      const what = at === -1 ? 'while it connected' : `at step ${at}, ${JSON.stringify(steps[at])}`;
      note(tally, `${name}: ${String(error)} ${what}`);
      return error instanceof Hung ? 'hung' : 'wrong';
    }
  }

  #leave(how: 'reset' | 'close'): 'left' {
    // A Unix socket has no reset: closing with unread bytes is what comes nearest.
    if (how === 'reset' && !('path' in this.#options.address)) this.#socket.resetAndDestroy();
    else this.#socket.destroy();
    return 'left';
  }

  async #take(step: Exclude<Step, { do: 'reset' | 'close' | 'begun' }>): Promise<void> {
    switch (step.do) {
      case 'send':
        await this.#send(step.text);
        return;
      case 'sendBytes':
        for (let left = step.bytes; left > 0; left -= PIECE.length) {
          await this.#send(left < PIECE.length ? PIECE.subarray(0, left) : PIECE);
        }
        return;
      case 'drip':
        for (const character of step.text) {
          await this.#send(character);
          await this.#sleep(step.everyMs);
        }
        return;
      case 'readLine': {
        const line = await this.#readLine();
        if (line !== step.expect) throw new Wrong(`expected ${step.expect}, read ${line.slice(0, 80)}`);
        return;
      }
      case 'readBytes':
        for (let left = step.bytes; left > 0;) left -= (await this.#read(left)).length;
        return;
      case 'wait':
        await this.#sleep(step.ms);
        return;
      case 'halfClose':
        this.#socket.end();
        return;
      case 'untilEnd':
        await this.#untilEnd();
        return;
    }
  }

  async #send(data: string | Buffer): Promise<void> {
    if (this.#isClosed || this.#socket.destroyed) throw new Ended();
    if (!this.#socket.write(data)) await this.#until(() => !this.#socket.writableNeedDrain);
  }

  /** While it waits it does not read: 'readable' fires once, and the kernel's buffer fills. */
  async #sleep(ms: number): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, ms));
  }

  /** What there is, up to `max` bytes. */
  async #read(max: number): Promise<Buffer> {
    for (;;) {
      if (this.#available > 0) return this.#takeOut(max);
      const data = this.#socket.read() as Buffer | null;
      if (data !== null) this.#keep(data);
      else if (this.#isEnded || this.#isClosed) throw new Ended();
      else await this.#until(() => this.#socket.readableLength > 0 || this.#isEnded || this.#isClosed, true);
    }
  }

  async #readLine(): Promise<string> {
    const line: Buffer[] = [];
    for (;;) {
      const data = await this.#read(Infinity);
      const newline = data.indexOf(10);
      line.push(newline === -1 ? data : data.subarray(0, newline));
      if (newline === -1) continue;
      const rest = data.subarray(newline + 1);
      if (rest.length > 0) this.#keep(rest);
      return Buffer.concat(line).toString();
    }
  }

  async #untilEnd(): Promise<void> {
    try {
      for (;;) await this.#read(Infinity);
    } catch (error) {
      if (!(error instanceof Ended)) throw error;
    }
    if (!this.#isClosed) this.#socket.end();
  }

  #keep(data: Buffer): void {
    this.#received.push(data);
    this.#available += data.length;
  }

  #takeOut(max: number): Buffer {
    const all = this.#received.length === 1 ? this.#received[0]! : Buffer.concat(this.#received);
    const taken = all.subarray(0, Math.min(max, all.length));
    const rest = all.subarray(taken.length);
    this.#received = rest.length > 0 ? [rest] : [];
    this.#available = rest.length;
    return taken;
  }

  /**
   * Waits for the server to do something.
   * @throws Ended when it ends the connection instead, unless that is waited for; Hung when it does nothing
   */
  async #until(condition: () => boolean, isEndWaitedFor = false): Promise<void> {
    const { hungAfterMs } = this.#options;
    while (!condition()) {
      if (this.#isClosed && !isEndWaitedFor) throw new Ended();
      let timer: NodeJS.Timeout | undefined;
      const isLate = await new Promise<boolean>((resolve) => {
        this.#look = () => resolve(false);
        // What arrived while this process was busy is still unread when the timer fires: read first.
        timer = setTimeout(() => setImmediate(() => setImmediate(() => resolve(true))), hungAfterMs);
      });
      clearTimeout(timer);
      this.#look = () => {};
      if (isLate && !condition() && !this.#isClosed) throw new Hung(`nothing came for ${hungAfterMs} ms`);
    }
  }
}
