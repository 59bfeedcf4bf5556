import { StreamRequestHandler } from '@socketserver/core';

/** More than any socket buffer takes at once. */
export const CHUNK_BYTES = 16_777_216;

export interface Counts {
  first: number;
  received: string;
  second: number;
}

/** Writes a little, reads a line, writes a lot, and tells what the writes returned. */
export default class Counting extends StreamRequestHandler {
  override async handle(): Promise<void> {
    const first = await this.wfile.write('write data\n');
    const received = (await this.rfile.readLine()).toString();
    const second = await this.wfile.write(Buffer.alloc(CHUNK_BYTES));
    const counts: Counts = { first, received, second };
    await this.wfile.write(JSON.stringify(counts));
  }
}
