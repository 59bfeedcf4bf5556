import { DatagramRequestHandler } from '@socketserver/core';

/** Stops the server that it runs in. */
export default class Stopping extends DatagramRequestHandler {
  override async handle(): Promise<void> {
    this.server.shutdown();
    await this.wfile.write('stopping');
  }
}
