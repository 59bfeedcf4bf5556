import { StreamRequestHandler } from '@socketserver/core';
import { passGate } from '../pass-gate.js';

/** Waits for the client to end, whatever its signal says. */
export default class Reading extends StreamRequestHandler {
  override async handle(): Promise<void> {
    await passGate(this.server.context, 'begun');
    await this.rfile.read();
  }
}
