import { StreamRequestHandler } from '@socketserver/core';
import { enterWith } from '../entering.js';

/** Answers what it found in its async context, and leaves something there. */
export default class Entering extends StreamRequestHandler {
  override handle(): void {
    void this.wfile.write(enterWith('left by another request'));
  }
}
