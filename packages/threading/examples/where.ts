import { threadId } from 'node:worker_threads';
import { StreamRequestHandler } from '@socketserver/core';

/** Answers with what it was sent, after the name of the thread that it runs in. */
export default class Where extends StreamRequestHandler {
  override async handle() {
    const message = await this.rfile.read();
    await this.wfile.write(`Thread-${threadId}: ${message.toString()}`);
  }
}
