import { once } from 'node:events';
import { createServer } from 'node:http';
import { threadId } from 'node:worker_threads';
import express from 'express';
import { BaseRequestHandler } from '@socketserver/core';

const app = express();
app.get('/', (_request, response) => void response.send(`Hello from Thread-${threadId}\n`));
app.post('/length', express.text(), ({ body }, response) => void response.json(String(body).length));
const http = createServer(app); // one in each thread; it never listens itself

/** Gives each connection to the HTTP server of its thread. */
export default class Http extends BaseRequestHandler {
  override async handle() {
    this.signal.addEventListener('abort', () => this.request.end()); // when kept alive, and idle
    http.emit('connection', this.request);
    await once(this.request, 'close');
  }
}
