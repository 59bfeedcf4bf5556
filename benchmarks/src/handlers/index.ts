import type { HandlerStyle, Transport } from '../protocol.js';

/** The module of a handler: given by URL, the same one runs in the loop, in a thread and in a child process. */
export function handlerModule(transport: Transport, style: HandlerStyle): URL {
  const kind = transport === 'udp' ? 'datagram' : 'stream';
  return new URL(`./${kind}-${style}.js`, import.meta.url);
}
