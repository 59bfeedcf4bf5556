import { StreamRequestHandler } from '@socketserver/core';
import { passGate } from '../pass-gate.js';

/** Reads nothing until it has passed the gate, and then answers every line in upper case. */
export default class LateReader extends StreamRequestHandler {
  override async handle(): Promise<void> {
    await passGate(this.server.context, 'begun');
    for await (const line of this.rfile) await this.wfile.write(line.toString().toUpperCase());
  }
}
