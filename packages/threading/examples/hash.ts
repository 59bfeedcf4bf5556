import { pbkdf2Sync } from 'node:crypto';
import { StreamRequestHandler } from '@socketserver/core';

/** `hash TEXT` computes for a good while, without ever yielding; any other line is answered at once. */
export default class Hash extends StreamRequestHandler {
  override async handle() {
    for await (const line of this.rfile) {
      const [command, text = ''] = line.toString().trim().split(' ');
      const hash = () => pbkdf2Sync(text, 'salt', 1_000_000, 32, 'sha256').toString('hex');
      await this.wfile.write(command === 'hash' ? `${hash()}\n` : `${line.toString().toUpperCase()}`);
    }
  }
}
