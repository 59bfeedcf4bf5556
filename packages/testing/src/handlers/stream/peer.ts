import { peerCredentials, StreamRequestHandler } from '@socketserver/core';

/** Answers who its client is. */
export default class Peer extends StreamRequestHandler {
  override async handle(): Promise<void> {
    await this.wfile.write(JSON.stringify(peerCredentials(this.request)));
  }
}
