import { DatagramRequestHandler } from '@socketserver/core';

/** Answers in upper case, as if the packet were a file. */
export default class UpperDatagram extends DatagramRequestHandler {
  static readonly url = import.meta.url;

  override async handle(): Promise<void> {
    for await (const line of this.rfile) await this.wfile.write(line.toString().toUpperCase());
  }
}
