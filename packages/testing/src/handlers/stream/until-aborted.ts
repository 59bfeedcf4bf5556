import { once } from 'node:events';
import { StreamRequestHandler } from '@socketserver/core';
import { passGate } from '../pass-gate.js';

/** Once past the gate, waits for its signal, and tells of it. */
export default class UntilAborted extends StreamRequestHandler {
  override async handle(): Promise<void> {
    await passGate(this.server.context, 'begun');
    if (!this.signal.aborted) await once(this.signal, 'abort');
    await this.wfile.write(`aborted: ${(this.signal.reason as Error).name}`);
  }
}
