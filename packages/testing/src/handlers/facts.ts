import { threadId } from 'node:worker_threads';
import type { BaseRequestHandler } from '@socketserver/core';

/** What a handler can tell of itself, in a form that travels as text. */
export interface Facts {
  pid: number;
  threadId: number;
  clientAddress: unknown;
  serverAddress: unknown;
  context: unknown;
  aborted: boolean;
}

export function factsOf(handler: BaseRequestHandler<unknown, unknown>): string {
  const facts: Facts = {
    pid: process.pid,
    threadId,
    clientAddress: handler.clientAddress,
    serverAddress: handler.server.serverAddress,
    context: handler.server.context,
    aborted: handler.signal.aborted,
  };
  return JSON.stringify(facts);
}
