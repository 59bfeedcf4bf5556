import { DatagramRequestHandler } from '@socketserver/core';
import { passGate } from '../pass-gate.js';
import { listenTo } from '../throwing-listeners.js';

/** Listens as a packet says, and passes the gate; answers any other packet. */
export default class Listening extends DatagramRequestHandler {
  override async handle(): Promise<void> {
    const order = this.packet.toString().trim();
    if (listenTo(this.signal, order)) await passGate(this.server.context, 'listens');
    else await this.wfile.write(order.toUpperCase());
  }
}
