import { readFileSync } from 'node:fs';

const LISTENING = '0A';

/** How many clients wait in the kernel for a TCP server to accept them (proc(5): the rx_queue of its socket). */
export function waitingAt(port: number): number {
  const lines = `${readFileSync('/proc/net/tcp', 'latin1')}\n${readFileSync('/proc/net/tcp6', 'latin1')}`;
  const hexPort = port.toString(16).toUpperCase().padStart(4, '0');
  for (const line of lines.split('\n')) {
    const [, local, , state, queues] = line.trim().split(/\s+/);
    if (state !== LISTENING || !local?.endsWith(`:${hexPort}`)) continue;
    return Number.parseInt(queues?.split(':')[1] ?? '', 16);
  }
  throw new Error(`Expected a socket that listens on port ${port}, got none`);
}
