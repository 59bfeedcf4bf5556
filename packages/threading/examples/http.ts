import { addAbortListener } from 'node:events';
import { createServer } from 'node:http';
import { StreamRequestHandler } from '@socketserver/core';
import { app } from './app.js';

const http = createServer(app); // one in each thread; it never listens itself
http.emit('listening'); // starts its time limits
/** Gives each connection to the HTTP server of its thread. */
export default class Http extends StreamRequestHandler {
  override allowHalfOpen = false; // as node:http has it
  override async handle() {
    addAbortListener(this.signal, () => {
      if (this.request.destroyed) return; // only this connection has broken
      app.locals['isClosing'] = true; // what is on its way is answered before idle connections are closed
      setTimeout(setImmediate, 100, () => http.closeIdleConnections());
    });
    http.emit('connection', this.request);
    return this.closed;
  }
}
