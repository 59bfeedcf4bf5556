import { StreamRequestHandler } from '@socketserver/core';
import { passGate } from '../pass-gate.js';

/** What a client that does not read can have a handler do: the first line says it. */
export type Order =
  | 'echo'
  | 'cancel'
  | 'wfile'
  | 'socket'
  | 'accents'
  | 'pieces'
  | 'read'
  | 'exactly'
  | 'line';

/** More than the kernel keeps for a client. */
const MUCH = Buffer.alloc(20_000_000, 'x');
const PIECE = Buffer.alloc(16_384, 'x');
const BEAT_MS = 20;

export default class Holding extends StreamRequestHandler {
  override async handle(): Promise<void> {
    const { rfile, wfile } = this;
    const order = (await rfile.readLine()).toString().trimEnd() as Order;
    switch (order) {
      /** Awaits none of its writes. */
      case 'echo':
        for await (const line of rfile) void wfile.write(line);
        return;
      case 'cancel':
        void wfile.write(MUCH);
        for await (const line of rfile) await passGate(this.server.context, line.toString());
        return;
      case 'wfile':
        await wfile.write(MUCH);
        return;
      case 'socket':
        this.request.write(MUCH);
        await this.closed;
        return;
      /** What is still written is no progress, however many bytes its characters have. */
      case 'accents': {
        this.request.write(MUCH);
        const beat = setInterval(() => this.request.write('é'), BEAT_MS);
        await this.closed;
        clearInterval(beat);
        return;
      }
      case 'pieces':
        for (;;) await wfile.write(PIECE);
      case 'read':
        await wfile.write(`${(await rfile.read()).length}`);
        return;
      case 'exactly':
        await wfile.write(`${(await rfile.readExactly(1_001)).length}`);
        return;
      case 'line':
        await wfile.write(`${(await rfile.readLine(100_000)).length}`);
        return;
    }
  }
}
