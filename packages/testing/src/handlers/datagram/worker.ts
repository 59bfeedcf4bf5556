import { DatagramRequestHandler } from '@socketserver/core';
import { carryOut } from '../worker-orders.js';

/** Does what the datagram says. */
export default class Worker extends DatagramRequestHandler {
  readonly version: string = '';

  override async handle(): Promise<void> {
    const answer = await carryOut(this, this.packet.toString());
    if (answer !== '') await this.wfile.write(answer);
  }
}
