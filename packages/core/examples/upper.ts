import { StreamRequestHandler } from '@socketserver/core';

/** Answers every line in upper case. The same file serves in the loop, in a thread and in a process. */
export default class Upper extends StreamRequestHandler {
  override async handle() {
    for await (const line of this.rfile) await this.wfile.write(line.toString().toUpperCase());
  }
}
