import type { Socket as DgramSocket } from 'node:dgram';
import { Socket, type Server } from 'node:net';

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
  setNoDelay?(enable: boolean): number;
  setKeepAlive?(enable: boolean, seconds: number): number;
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

/**
 * Sets options of a listening socket, which Linux gives to its connections; {@link notePresetOptions} is to be called for each.
 * @param keepAlive - milliseconds; null: no keep-alive
 * @returns false where that cannot be done: each connection is set by itself then
 */
export function presetOptions(server: Server, keepAlive: number | null): boolean {
  if (process.platform !== 'linux' || NOTES === undefined) return false;
  const handle = handleOf(server);
  if (handle?.setNoDelay?.(true) !== 0) return false;
  return keepAlive === null || handle.setKeepAlive?.(true, Math.trunc(keepAlive / 1_000)) === 0;
}

/** Lets Node know of these options: it does not set what it takes for set, as `setNoDelay(false)` on a new connection. */
export function notePresetOptions(socket: Socket, keepAlive: number | null): void {
  if (NOTES === undefined) return;
  const notes = socket as unknown as Record<symbol, unknown>;
  notes[NOTES.noDelay] = true;
  if (keepAlive === null) return;
  notes[NOTES.keepAlive] = true;
  notes[NOTES.initialDelay] = Math.trunc(keepAlive / 1_000);
}

/** Under which symbols a socket notes its options. */
const NOTES = findNotes();

function findNotes(): Record<'noDelay' | 'keepAlive' | 'initialDelay', symbol> | undefined {
  const symbols = Object.getOwnPropertySymbols(new Socket());
  const [noDelay, keepAlive, initialDelay] = [
    'kSetNoDelay',
    'kSetKeepAlive',
    'kSetKeepAliveInitialDelay',
  ].map((name) => symbols.find(({ description }) => description === name));
  if (noDelay === undefined || keepAlive === undefined || initialDelay === undefined) return undefined;
  return { noDelay, keepAlive, initialDelay };
}

/** A stream keeps its handle in `_handle`; a datagram socket in a state object, `_handle` being deprecated there. */
function handleOf(socket: object): Handle | null | undefined {
  if ('_handle' in socket && !('bind' in socket)) return socket._handle as Handle | null;
  const state = Object.getOwnPropertySymbols(socket).find((symbol) => symbol.description === 'state symbol');
  if (state === undefined) return undefined;
  return (socket as Record<symbol, { handle?: Handle | null }>)[state]?.handle;
}
