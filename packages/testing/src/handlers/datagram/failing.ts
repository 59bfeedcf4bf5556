import { DatagramRequestHandler } from '@socketserver/core';
import { failAt } from '../fault.js';

/** Fails where its server's context says; what it was asked it answers, if it gets that far. */
export default class Failing extends DatagramRequestHandler {
  override setup(): void | Promise<void> {
    return failAt('setup', this.server.context);
  }

  override handle(): void | Promise<void> {
    return failAt('handle', this.server.context) ?? this.#answer();
  }

  override finish(): Promise<void> {
    return failAt('finish', this.server.context) ?? super.finish();
  }

  async #answer(): Promise<void> {
    await this.wfile.write(this.packet);
  }
}
