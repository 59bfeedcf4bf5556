import { StreamRequestHandler } from '@socketserver/core';
import type { WorkSizes } from '../protocol.js';
import { answerTo, prepare } from './work.js';

/** The handler of the README, and what the other one can do besides. */
export default class StreamFiles extends StreamRequestHandler {
  override async handle(): Promise<void> {
    const sizes = this.server.context as WorkSizes;
    for await (const line of this.rfile) {
      await prepare(line, sizes);
      await this.wfile.write(answerTo(line, sizes));
    }
  }
}
