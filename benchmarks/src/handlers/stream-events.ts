import { BaseRequestHandler } from '@socketserver/core';
import { serveUpper } from './upper.js';

/** Leaves the socket to the code that serves raw ones: what is measured beside it is the server alone. */
export default class StreamEvents extends BaseRequestHandler {
  override handle(): Promise<void> {
    return new Promise((resolve) => {
      serveUpper(this.request, resolve);
      this.request.on('close', resolve);
    });
  }
}
