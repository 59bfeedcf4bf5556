import type { Socket } from 'node:net';
import type { HandlerInit } from '../handlers/base-request-handler.js';
import { shutdownStream } from '../handlers/shutdown-stream.js';
import type { RequestHandlerConstructor } from './handler-reference.js';
import { runHandler } from './run-handler.js';

/**
 * For workers: runs a stream's handler, and ends its connection whatever the handler did. Settles when the connection
 * is closed; rejects with what came first of the handler's error and a limit that was passed. No suspended function
 * waits for the handler: each would hold some 400 bytes of an idle connection.
 */
export function runStream(Handler: RequestHandlerConstructor, init: HandlerInit<Socket>): Promise<void> {
  return runHandler(Handler, init).then(
    () => shutdownStream(init.request),
    async (error: unknown) => {
      await shutdownStream(init.request).catch(isTheSecond);
      throw error;
    },
  );
}

/** The handler's own error is the one to know of. */
function isTheSecond(): void {}
