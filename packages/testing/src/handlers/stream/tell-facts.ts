import { StreamRequestHandler } from '@socketserver/core';
import { factsOf } from '../facts.js';

export default class TellFacts extends StreamRequestHandler {
  override async handle(): Promise<void> {
    await this.wfile.write(factsOf(this));
  }
}
