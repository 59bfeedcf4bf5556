import { StreamRequestHandler } from '@socketserver/core';
import { passGate } from '../pass-gate.js';
import { listenOn, listenTo } from '../throwing-listeners.js';

/** Listens as a line says, passes the gate, and waits for the end of its connection; answers any other line. */
export default class Listening extends StreamRequestHandler {
  override async handle(): Promise<void> {
    const order = (await this.rfile.readLine()).toString().trim();
    if (listenOn(this.request, order) || listenTo(this.signal, order)) {
      await passGate(this.server.context, 'listens');
      await this.closed;
    }
    await this.wfile.write(order.toUpperCase());
  }
}
