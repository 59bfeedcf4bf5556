import type { Socket } from 'node:net';
import type { HandlerInit } from '../handlers/base-request-handler.js';
import { shutdownStream } from '../handlers/shutdown-stream.js';
import type { RequestHandlerConstructor } from './handler-reference.js';
import { runHandler } from './run-handler.js';

/**
 * For workers: runs a stream's handler, and ends its connection whatever the handler did. Settles when the connection
 * is closed; rejects with what came first of the handler's error and a limit that was passed.
 */
export async function runStream(
  Handler: RequestHandlerConstructor,
  init: HandlerInit & { readonly request: Socket },
): Promise<void> {
  try {
    await runHandler(Handler, init);
  } catch (error) {
    await shutdownStream(init.request).catch(isTheSecond);
    throw error;
  }
  await shutdownStream(init.request);
}

/** The handler's own error is the one to know of. */
function isTheSecond(): void {}
