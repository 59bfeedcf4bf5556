import type { Socket } from 'node:net';
import type { ClientAddress, DatagramRequest } from '@socketserver/core';
import { connectionClosed } from '@socketserver/core/workers';

/** What a server of this package is asked to process. */
export type AnyRequest = Socket | DatagramRequest;

/** A request on its way to a child, or in it, with what settles its promise. */
export interface Job {
  readonly id: number;
  readonly request: AnyRequest;
  readonly clientAddress: ClientAddress;
  resolve(): void;
  reject(error: unknown): void;
}

export function isSocket(request: AnyRequest): request is Socket {
  return !('packet' in request);
}

/** Why the request cannot be handed over any more, if so: its socket may have been closed while it waited. */
export function whyClosed({ request }: Job): Error | undefined {
  return isSocket(request) && request.destroyed ? connectionClosed(request, 'a child') : undefined;
}

/**
 * Closes the parent's copy, once a child has its own. `destroy` closes the descriptor and no more: the connection
 * goes on in the child (a shutdown(2) here would end it there too).
 */
export function release({ request }: Job): void {
  if (isSocket(request)) request.destroy();
}
