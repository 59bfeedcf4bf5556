import { StreamRequestHandler } from '@socketserver/core';
import { carryOut } from '../worker-orders.js';

/** Does what the client's line says. */
export default class Worker extends StreamRequestHandler {
  readonly version: string = '';

  override async handle(): Promise<void> {
    const line = (await this.rfile.readLine()).toString();
    await this.wfile.write(await carryOut(this, line));
  }
}
