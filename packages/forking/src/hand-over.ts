import type { ChildProcess } from 'node:child_process';
import type { Socket } from 'node:net';
import type { AnyRequest, Job } from './job.js';
import type { ToChild } from './protocol.js';

/**
 * Sends a request to a child. A stream's socket is sent as a copy: the parent's own stays open until
 * {@link release}, so that a child that dies with the socket on its way takes nothing along.
 */
export function handOver(child: ChildProcess, job: Job, deadline: number): void {
  const { id, request, clientAddress } = job;
  if (isSocket(request)) {
    detach(request);
    const message: ToChild = { type: 'stream', id, clientAddress, deadline };
    child.send(message, request, { keepOpen: true }, ignore);
  } else {
    const message: ToChild = { type: 'datagram', id, clientAddress, deadline, packet: request.packet };
    child.send(message, ignore);
  }
}

/**
 * Closes the parent's copy, now that the child has its own. `destroy` closes the descriptor and no more: the
 * connection goes on in the child (a shutdown(2) here would end it there too).
 */
export function release({ request }: Job): void {
  if (isSocket(request)) request.destroy();
}

/** Whether the request can still be handed over: its socket may have been closed while it waited. */
export function isOpen({ request }: Job): boolean {
  return !isSocket(request) || !request.destroyed;
}

function isSocket(request: AnyRequest): request is Socket {
  return !('packet' in request);
}

/**
 * Node asks the children for the state of every socket that was sent with its `server` set, and a `net.Server`
 * is not closed before each has answered: a dead child never does.
 */
function detach(socket: Socket): void {
  (socket as { server?: unknown }).server = null;
}

/** A channel that is closed is noticed by its end: everything that was not acknowledged is sent again. */
function ignore(): void {}
