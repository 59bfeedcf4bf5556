import { createSocket } from 'node:dgram';
import type { BoundInetAddress } from '@socketserver/core';
import type { Tally } from '../protocol.js';

export interface DatagramExchange {
  readonly address: BoundInetAddress;
  readonly text: string;
  /** What has to come back; null: nothing will, and nothing is waited for. */
  readonly expect: string | null;
  readonly waitMs: number;
}

/** Sends a datagram, and waits for its answer for a while: one that gets none is lost, as datagrams may be. */
export async function exchangeDatagram(
  { address, text, expect, waitMs }: DatagramExchange,
  tally: Tally,
): Promise<void> {
  const socket = createSocket('udp4');
  socket.on('error', () => {});
  const answer = new Promise<string | undefined>((resolve) => {
    const timer = setTimeout(() => resolve(undefined), waitMs);
    socket.once('message', (packet) => {
      clearTimeout(timer);
      resolve(packet.toString());
    });
  });
  await new Promise<void>((resolve) => {
    socket.send(text, address.port, address.host, () => resolve());
  });
  tally.connected++;
  const got = await (expect === null ? undefined : answer);
  if (expect === null) tally.left++;
  else if (got === undefined) tally.lost++;
  else if (got === expect) tally.answered++;
  else tally.wrong++;
  await new Promise<void>((resolve) => {
    socket.close(() => resolve());
  });
}
