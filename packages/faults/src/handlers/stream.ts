import { StreamRequestHandler, type ClientAddress } from '@socketserver/core';
import { readFileSync } from 'node:fs';
import { giveBack } from './give-back.js';
import { sayRubbish } from './rubbish.js';
import { exhaustMemory, exitNow, moveClock, spin, throwUncaught, THROWN, whoAmI } from './commands.js';

/** Does what the client's first line says, in any engine. */
export default class Commands extends StreamRequestHandler<ClientAddress> {
  override async handle(): Promise<void> {
    const line = (await this.rfile.readLine()).toString().trimEnd();
    const [command = '', argument = ''] = line.split(' ');
    switch (command) {
      case 'echo':
        await this.#answer(argument);
        for await (const next of this.rfile) await this.wfile.write(next);
        return;
      case 'who':
        await this.#answer(whoAmI());
        return;
      case 'hold':
        await new Promise((resolve) => setTimeout(resolve, Number(argument)));
        await this.#answer('held');
        return;
      case 'begin':
        await this.#answer('begun');
        await new Promise((resolve) => setTimeout(resolve, Number(argument)));
        await this.#answer('held');
        return;
      case 'wait':
        await this.#answer('waiting');
        await this.#untilAborted();
        await this.#answer('aborted');
        return;
      case 'sink':
        await this.#sink();
        return;
      case 'pour':
        await this.#pour(Number(argument));
        return;
      case 'spout':
        for await (const data of this.#chunks()) this.wfile.write(data).catch(isToldToTheReader);
        return;
      case 'throw':
        throw THROWN[argument]?.();
      case 'spin':
        spin(argument === 'forever' ? Infinity : Number(argument));
        await this.#answer('spun');
        return;
      case 'read':
        readFileSync(argument);
        return;
      case 'rubbish':
        await sayRubbish(argument);
        await new Promise(() => {});
        return;
      case 'clock':
        moveClock(Number(argument));
        await this.#answer('moved');
        return;
      case 'give-back':
        await giveBack();
        await new Promise((resolve) => setTimeout(resolve, Number(argument)));
        await this.#answer('given back');
        return;
      case 'exit':
        exitNow();
      case 'uncaught':
        throwUncaught();
        await new Promise(() => {});
        return;
      case 'oom':
        await exhaustMemory();
        return;
      default:
        return; // a client that left before its first line was whole
    }
  }

  async #answer(text: string): Promise<void> {
    await this.wfile.write(`${text}\n`);
  }

  async #sink(): Promise<void> {
    let bytes = 0;
    for (;;) {
      const data = await this.rfile.read(65_536);
      if (data.length === 0) break;
      bytes += data.length;
    }
    await this.#answer(String(bytes));
  }

  async *#chunks(): AsyncGenerator<Buffer> {
    for (let data; (data = await this.rfile.read(65_536)).length > 0;) yield data;
  }

  async #pour(bytes: number): Promise<void> {
    const piece = Buffer.alloc(65_536, 'x');
    for (let left = bytes; left > 0; left -= piece.length) {
      await this.wfile.write(left < piece.length ? piece.subarray(0, left) : piece);
    }
  }

  async #untilAborted(): Promise<void> {
    const { signal } = this;
    if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve));
  }
}

function isToldToTheReader(): void {}
