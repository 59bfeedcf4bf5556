import { DatagramRequestHandler } from '@socketserver/core';
import { enterWith } from '../entering.js';

/** Answers what it found in its async context, and leaves something there. */
export default class Entering extends DatagramRequestHandler {
  override handle(): void {
    void this.wfile.write(enterWith('left by another request'));
  }
}
