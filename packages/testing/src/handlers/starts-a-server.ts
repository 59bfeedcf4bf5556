// A handler beside the server that it is for, as in many programs of CPython.
import { AsyncTCPServer, StreamRequestHandler } from '@socketserver/core';

export default class Handler extends StreamRequestHandler {
  override async handle(): Promise<void> {
    await this.wfile.write('hello\n');
  }
}

await new AsyncTCPServer({ host: '127.0.0.1', port: 0 }, Handler).serveForever();
