import { StreamRequestHandler } from '@socketserver/core';

export const BIG_BYTES = 20_000_000;

/** Writes 20 MB, and awaits none of it. */
export default class Big extends StreamRequestHandler {
  override handle(): void {
    const chunk = Buffer.alloc(BIG_BYTES / 20, 'x');
    for (let chunks = 0; chunks < 20; chunks++) void this.wfile.write(chunk);
  }
}
