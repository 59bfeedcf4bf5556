import type { Socket } from 'node:net';
import { descriptorOf } from '../native/handle.js';
import { hasHungUp } from '../native/poll.js';
import type { RequestScope } from './request-scope.js';

/** The errors of connections that broke, each with its connection. */
const ownErrors = new WeakMap<object, object>();
const broken = new WeakSet<object>();
/** Connections that lost bytes which had been received or written. */
const cut = new WeakSet<object>();

/** What Node throws of a stream that has ended already, in place of the error that ended it. */
const AFTERWARDS = new Set([
  'ERR_STREAM_DESTROYED',
  'ERR_STREAM_PREMATURE_CLOSE',
  'ERR_STREAM_UNABLE_TO_PIPE',
]);

/** Where a socket has the scope of its request. */
const SCOPE = Symbol('scope');

interface Watched extends Socket {
  [SCOPE]: RequestScope;
}

/** The system calls that fail when a connection breaks. */
const SYSCALLS = new Set(['read', 'write', 'shutdown']);

/**
 * Watches how a connection ends, for {@link isOwnError} and {@link watchCut}, and aborts `scope` when it breaks. What a
 * listener of the socket throws fails the request. To be called once for each socket, before its handler has it.
 */
export function watchConnection(socket: Socket, scope: RequestScope): void {
  (socket as Watched)[SCOPE] = scope;
  socket.emit = emitHeld;
  if (socket.errored) scope.abort(socket.errored);
  if (typeof socket._destroy === 'function') socket._destroy = noteEnd;
}

/**
 * Whether what a handler threw is the error of the connection that it served: the client has gone. Recognised by
 * identity: a reset of another connection of the handler looks the same.
 */
export function isOwnError(request: object, error: unknown): boolean {
  if (isOwn(request, error)) return true;
  try {
    const { name, code, cause } = Object(error) as { name?: unknown; code?: unknown; cause?: unknown };
    if (typeof code === 'string' && AFTERWARDS.has(code)) return broken.has(request);
    // What waits on `signal` rejects with an error of its own, whose cause is the reason.
    return name === 'AbortError' && isOwn(request, cause);
  } catch {
    return false; // an error that throws when it is read is not Node's
  }
}

function isOwn(request: object, error: unknown): boolean {
  return typeof error === 'object' && error !== null && ownErrors.get(error) === request;
}

/** From now on `error` is one of the connection's own. @returns the error */
export function ownError<Thrown extends object>(request: object, error: Thrown): Thrown {
  ownErrors.set(error, request);
  return error;
}

/**
 * To be called when the handler has returned. @returns tells, once the connection is closed, whether it was cut: bytes
 * that had been received were not read, or bytes that were written have not left
 */
export function watchCut(socket: Socket, { reader }: RequestScope): () => boolean {
  const { bytesRead } = socket;
  const isUnread = socket.readableLength > 0 || (reader !== undefined && reader.bufferedBytes > 0);
  reader?.handlerReturned();
  return () => isUnread || socket.bytesRead > bytesRead || cut.has(socket);
}

/** For {@link watchCut}: something of the connection was lost, elsewhere or before. */
export function markCut(request: object): void {
  cut.add(request);
}

/** Whether a request is a connection: the others are datagrams. */
export function isSocket(request: unknown): request is Socket {
  const { destroy, on } = Object(request) as { destroy?: unknown; on?: unknown };
  return typeof destroy === 'function' && typeof on === 'function';
}

/**
 * In place of a socket's `emit`: what a listener throws would end the process, or the worker. An event that was thrown out of
 * reaches no further listener, so this library's own come first (`prependListener`). 'close' reaches all: nothing comes after it
 * that would wake whoever waits for the end, such as `finished()`.
 */
function emitHeld(this: Socket, ...event: [name: string | symbol, ...args: unknown[]]): boolean {
  const { [SCOPE]: scope } = this as Watched;
  if (event[0] === 'error') {
    scope.abort(event[1]);
    // The handler has taken all listeners away; it meets the error where it reads or writes.
    if (this.listenerCount('error') === 0) return false;
  }
  if (event[0] === 'close') return emitClose(this, event.slice(1));
  try {
    return (Object.getPrototypeOf(this) as Socket).emit.apply(this, event as Parameters<Socket['emit']>);
  } catch (error) {
    scope.fail(error);
    this.destroy();
    return true;
  }
}

function emitClose(socket: Socket, args: unknown[]): boolean {
  const listeners = socket.rawListeners('close');
  for (const listener of listeners) {
    try {
      Reflect.apply(listener, socket, args);
    } catch (error) {
      (socket as Watched)[SCOPE].fail(error);
    }
  }
  return listeners.length > 0;
}

/**
 * In place of a socket's `_destroy`: the last moment at which its descriptor is open, and it is known what waits to be
 * sent. `destroy(error)` alone proves nothing: `pipeline()` gives each of its streams the error of whichever failed.
 */
function noteEnd(this: Socket, error: Error | null, callback: (error?: Error | null) => void): void {
  if (this.writableLength > 0) markCut(this);
  if (error !== null && hasBroken(this, error)) {
    ownError(this, error);
    broken.add(this);
  }
  (Object.getPrototypeOf(this) as Socket)._destroy.call(this, error, callback);
}

function hasBroken(socket: Socket, error: NodeJS.ErrnoException): boolean {
  const { code, syscall, errno } = error;
  // Node's own, for a write after the client's end on a connection that is not to be half open.
  if (code === 'EPIPE' && syscall === undefined) return hasClientEnded(socket);
  if (syscall === undefined || errno === undefined || !SYSCALLS.has(syscall)) return false;
  return hasHungUp(descriptorOf(socket)) ?? true;
}

/** Whether a client's half-close has ended the whole connection. */
export function hasClientEnded({ allowHalfOpen, readableEnded }: Socket): boolean {
  return !allowHalfOpen && readableEnded;
}
