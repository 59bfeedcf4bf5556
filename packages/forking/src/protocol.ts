import type { BoundAddress } from '@socketserver/core';
import type { AcceptTerms, HandlerReference, RequestLimits, ToWorker } from '@socketserver/core/workers';

/** What the parent says to a child: the messages of every worker, after the one that starts it. */
export type ToChild = StartMessage | ToWorker;

export interface StartMessage {
  type: 'start';
  handler: HandlerReference;
  serverAddress: BoundAddress;
  /** `v8.serialize`d: it crosses with its types, whatever carries it. */
  context: Uint8Array;
  limits: RequestLimits | undefined;
  /** For a child that accepts for itself: it finds the socket and the memory among its descriptors. */
  accept: AcceptTerms | undefined;
  /** The directory in which the handler runs, if that is not the one in which the child was started. */
  chdir: string | undefined;
}

/** Where a child finds the stream of frames, when it has no IPC channel of Node. The first three are stdin, stdout, stderr. */
export const FRAMES_FD = 3;
/**
 * Where it finds the pipe of descriptors. Descriptors and bytes have a pair of sockets each: read(2), by which Node reads
 * the frames, closes descriptors that come with the bytes.
 */
export const DESCRIPTORS_FD = 4;

/** Where a child that accepts for itself finds the listening socket, and the memory that all children share. */
export const LISTEN_FD = 5;
export const MEMORY_FD = 6;

/** The longest frame of a child, in bytes. The longest error takes 0.9 MB, a datagram at most 0.2 MB by Linux's default. */
export const MAX_FROM_CHILD = 1_048_576;
/** The longest frame of the parent, in bytes: what a child trusts. The context may be large. */
export const MAX_TO_CHILD = 0x7fff_ffff;

/** Node's own channel is everybody's, `process.send()` too: what is ours is under this name. */
export interface IpcMessage {
  readonly socketserver: unknown;
}

export function isIpcMessage(message: unknown): message is IpcMessage {
  return typeof message === 'object' && message !== null && 'socketserver' in message;
}
