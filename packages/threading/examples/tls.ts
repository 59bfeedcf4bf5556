import { once } from 'node:events';
import { createSecureContext, TLSSocket } from 'node:tls';
import { BaseRequestHandler } from '@socketserver/core';

/** Upper-cases what comes over TLS; `key` and `cert` are in the server's context. */
export default class Tls extends BaseRequestHandler {
  override async handle() {
    const { key, cert } = this.server.context as { key: string; cert: string };
    const secure = new TLSSocket(this.request, {
      isServer: true,
      secureContext: createSecureContext({ key, cert }),
    });
    secure.on('error', () => secure.destroy()); // a client that speaks no TLS
    secure.on('data', (chunk: Buffer) => secure.write(chunk.toString().toUpperCase()));
    secure.on('end', () => secure.end());
    await once(secure, 'close');
  }
}
