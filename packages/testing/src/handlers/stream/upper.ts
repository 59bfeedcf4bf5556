import { StreamRequestHandler } from '@socketserver/core';

/** Answers every line in upper case. */
export default class UpperStream extends StreamRequestHandler {
  static readonly url = import.meta.url;

  override async handle(): Promise<void> {
    for await (const line of this.rfile) await this.wfile.write(line.toString().toUpperCase());
  }
}
