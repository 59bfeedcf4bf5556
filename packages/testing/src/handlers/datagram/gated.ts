import { DatagramRequestHandler } from '@socketserver/core';
import { passGate } from '../pass-gate.js';

/** Answers what it was asked in upper case, once the gate lets it pass. Its signal does not trouble it. */
export default class Gated extends DatagramRequestHandler {
  override async handle(): Promise<void> {
    const text = this.packet.toString();
    await passGate(this.server.context, text);
    await this.wfile.write(text.toUpperCase());
  }
}
