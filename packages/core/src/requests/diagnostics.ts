import { channel, tracingChannel } from 'node:diagnostics_channel';
import type { ClientAddress } from '../address.js';

// `Server` is `BaseServer` for subscribers (servers/server-events.ts); nothing here needs to know it.

/** Payload of the five `tracing:socketserver.request:*` channels. `error` is there once the request has failed: on `error`, `asyncStart` and `asyncEnd`. */
export interface RequestTrace<Server = object> {
  server: Server;
  request: object;
  clientAddress: ClientAddress;
  error?: unknown;
}

/** Payload of `socketserver.listen` and `socketserver.close`. */
export interface ServerEvent<Server = object> {
  server: Server;
}

/** Payload of `socketserver.accept.error`, published once per spell of failures. */
export interface AcceptErrorEvent<Server = object> extends ServerEvent<Server> {
  error: unknown;
}

/** Payload of `socketserver.disconnect`: a request that ended because its client has gone. */
export interface DisconnectEvent<Server = object> extends ServerEvent<Server> {
  request: object;
  clientAddress: ClientAddress;
  /** The connection's own error. */
  error: unknown;
}

const requestChannel = tracingChannel<unknown, RequestTrace>('socketserver.request');
export const listenChannel = channel('socketserver.listen');
export const acceptErrorChannel = channel('socketserver.accept.error');
export const disconnectChannel = channel('socketserver.disconnect');
export const closeChannel = channel('socketserver.close');

/** Runs `work` inside the request's tracing channel. */
export function traceRequest(work: () => Promise<void>, trace: RequestTrace): Promise<void> {
  return requestChannel.tracePromise(work, trace);
}

/** `TracingChannel.hasSubscribers` came with Node 20.13, but not all typings know it. */
export function requestsAreTraced(): boolean {
  return (
    requestChannel.start.hasSubscribers ||
    requestChannel.end.hasSubscribers ||
    requestChannel.asyncStart.hasSubscribers ||
    requestChannel.asyncEnd.hasSubscribers ||
    requestChannel.error.hasSubscribers
  );
}
