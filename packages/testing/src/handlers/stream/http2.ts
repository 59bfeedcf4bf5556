import { createSecureServer, createServer, type Http2SecureServer, type Http2Server } from 'node:http2';
import { StreamRequestHandler } from '@socketserver/core';

export interface Http2Context {
  /** In PEM; without them HTTP/2 goes over plain TCP (h2c). */
  readonly key?: string;
  readonly cert?: string;
}

type Http2 = Http2Server | Http2SecureServer;

const servers: { h2c?: Http2; tls?: Http2 } = {};

/** Gives its connection to an HTTP/2 server that answers every request in upper case. */
export default class OverHttp2 extends StreamRequestHandler<unknown, Http2Context> {
  override allowHalfOpen = false;

  override async handle(): Promise<void> {
    const { key, cert } = this.server.context;
    const http2 =
      key === undefined || cert === undefined
        ? (servers.h2c ??= answering(createServer()))
        : (servers.tls ??= answering(createSecureServer({ key, cert })));
    http2.emit('connection', this.request);
    await this.closed;
  }
}

function answering(server: Http2): Http2 {
  return server.on('stream', (stream, headers) => stream.end(String(headers[':path']).toUpperCase()));
}
