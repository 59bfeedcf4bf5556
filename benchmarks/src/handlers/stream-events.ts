import { BaseRequestHandler } from '@socketserver/core';
import type { WorkSizes } from '../protocol.js';
import { collectWhenAsked } from '../strategies/garbage.js';
import { serveUpper } from './upper.js';

/** Leaves the socket to the code that serves raw ones: what is measured beside it is the server alone. */
export default class StreamEvents extends BaseRequestHandler {
  override handle(): Promise<void> {
    return new Promise((resolve) => {
      serveUpper(this.request, { sizes: this.server.context as WorkSizes, ended: resolve });
      this.request.on('close', resolve);
    });
  }
}

collectWhenAsked();
