import { DatagramRequestHandler } from '@socketserver/core';
import { factsOf } from '../facts.js';

export default class TellFacts extends DatagramRequestHandler {
  override async handle(): Promise<void> {
    await this.wfile.write(factsOf(this));
  }
}
