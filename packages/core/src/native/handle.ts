import type { Socket as DgramSocket } from 'node:dgram';
import type { Server, Socket } from 'node:net';

/**
 * The few internals of Node that are used. All of them are here, each is checked before it is used, and a Node without
 * one loses only what its docstring says.
 */
interface Handle {
  readonly fd?: number;
  recvStart?(): number;
  recvStop?(): number;
  readonly writeQueueSize?: number;
  readonly bytesWritten?: number;
}

/** The descriptor of a socket, or -1 when it is closed. */
export function descriptorOf(socket: Server | Socket | DgramSocket): number {
  return handleOf(socket)?.fd ?? -1;
}

/** Bytes that libuv has been given and the kernel has not taken yet; 0 where this Node does not say. */
export function writeQueueSizeOf(socket: Socket): number {
  return handleOf(socket)?.writeQueueSize ?? 0;
}

/**
 * Bytes that libuv has ever been given for a connection. Unlike `socket.bytesWritten`, without what still waits in the
 * stream, whose `writableLength` counts a text in characters.
 */
export function sentOf(socket: Socket): number {
  return handleOf(socket)?.bytesWritten ?? socket.bytesWritten - socket.writableLength;
}

/**
 * Leaves further datagrams in the kernel, or takes them again.
 * @returns false where this Node cannot; they are then queued in the process
 */
export function receive(socket: DgramSocket, on: boolean): boolean {
  const handle = handleOf(socket);
  if (handle?.recvStart === undefined || handle.recvStop === undefined) return false;
  if (on) handle.recvStart();
  else handle.recvStop();
  return true;
}

/** A stream keeps its handle in `_handle`; a datagram socket in a state object, `_handle` being deprecated there. */
function handleOf(socket: object): Handle | null | undefined {
  if ('_handle' in socket && !('bind' in socket)) return socket._handle as Handle | null;
  const state = Object.getOwnPropertySymbols(socket).find((symbol) => symbol.description === 'state symbol');
  if (state === undefined) return undefined;
  return (socket as Record<symbol, { handle?: Handle | null }>)[state]?.handle;
}
