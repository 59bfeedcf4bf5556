import type { Socket } from 'node:net';
import type { ClientAddress, DatagramRequest } from '@socketserver/core';

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

/** Whether the request can still be handed over: its socket may have been closed while it waited. */
export function isOpen({ request }: Job): boolean {
  return !isSocket(request) || !request.destroyed;
}

/**
 * Closes the parent's copy, once a child has its own. `destroy` closes the descriptor and no more: the connection
 * goes on in the child (a shutdown(2) here would end it there too).
 */
export function release({ request }: Job): void {
  if (isSocket(request)) request.destroy();
}
