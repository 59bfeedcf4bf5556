import { threadId } from 'node:worker_threads';
import express, { type Express } from 'express';

/** What `http.ts` serves. Once the server closes, clients are told to connect elsewhere. */
export const app: Express = express();
app.use((_request, response, next) => {
  if (app.locals['isClosing']) response.set('connection', 'close');
  next();
});
app.get('/', (_request, response) => void response.send(`Hello from Thread-${threadId}\n`));
app.post('/length', express.text(), ({ body }, response) => void response.json(String(body).length));
