import type { Socket } from 'node:net';

/** The listeners that a handler can put on what it was given. */
export type ListenerOrder = SocketOrder | AbortOrder;
export type SocketOrder = 'takesErrorAway' | 'takesAllAway' | 'data' | 'end' | 'close' | 'timeout' | 'error';
export type AbortOrder = 'abort' | 'abortOnce' | 'onabort' | 'abortLater';

const SILENCE_MS = 20;

/** Takes the listeners of a connection away, or adds one that throws. @returns whether it knows the order */
export function listenOn(socket: Socket, order: string): boolean {
  switch (order as SocketOrder) {
    case 'takesErrorAway':
      socket.removeAllListeners('error');
      return true;
    case 'takesAllAway':
      socket.removeAllListeners().resume();
      return true;
    case 'timeout':
      socket.setTimeout(SILENCE_MS, fail);
      return true;
    case 'data':
    case 'end':
    case 'close':
    case 'error':
      socket.on(order, fail);
      return true;
  }
  return false;
}

/** Adds a listener of a signal that throws. @returns whether it knows the order */
export function listenTo(signal: AbortSignal, order: string): boolean {
  switch (order as AbortOrder) {
    case 'abort':
      // The first is taken off again, and the second is added once.
      signal.addEventListener('abort', failWrongly);
      signal.removeEventListener('abort', failWrongly);
      signal.addEventListener('abort', fail);
      signal.addEventListener('abort', fail);
      return true;
    case 'abortOnce':
      signal.addEventListener('abort', { handleEvent: fail }, { once: true });
      return true;
    case 'onabort':
      signal.onabort = fail;
      return true;
    case 'abortLater':
      signal.addEventListener('abort', failLater as () => void);
      return true;
  }
  return false;
}

function fail(): void {
  throw new Error('in the listener');
}

async function failLater(): Promise<void> {
  await Promise.resolve();
  fail();
}

function failWrongly(): void {
  throw new Error('in the listener that was taken off');
}
