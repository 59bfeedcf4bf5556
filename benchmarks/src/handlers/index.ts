import type { ServerPlan } from '../protocol.js';

/** The module of a handler: given by URL, the same one runs in the loop, in a thread and in a child process. */
export function handlerModule({ transport, style, handler }: ServerPlan): URL {
  if (handler !== undefined) return new URL(handler);
  const kind = transport === 'udp' ? 'datagram' : 'stream';
  return new URL(`./${kind}-${style}.js`, import.meta.url);
}
