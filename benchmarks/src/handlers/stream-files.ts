import { StreamRequestHandler } from '@socketserver/core';
import { upper } from './upper.js';

/** The handler of the README. */
export default class StreamFiles extends StreamRequestHandler {
  override async handle(): Promise<void> {
    for await (const line of this.rfile) await this.wfile.write(upper(line));
  }
}
