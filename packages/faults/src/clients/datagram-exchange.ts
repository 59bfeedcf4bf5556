import { createSocket, type Socket } from 'node:dgram';
import type { BoundInetAddress } from '@socketserver/core';
import type { Tally } from '../protocol.js';
import { note } from './tally.js';

export interface DatagramExchange {
  readonly name: string;
  readonly address: BoundInetAddress;
  readonly text: string;
  /** What has to come back; null: nothing will, and nothing is waited for. */
  readonly expect: string | null;
  readonly waitMs: number;
  /** How long one that was lost keeps its port at most: its answer may still come, and another client would read it. */
  readonly keepMs: number;
}

/** Sends a datagram, and waits for its answer for a while: one that gets none is lost, as datagrams may be. */
export async function exchangeDatagram(
  { name, address, text, expect, waitMs, keepMs }: DatagramExchange,
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
  if (expect !== null && got === undefined) {
    tally.lost++;
    closeLater(socket, keepMs);
    return;
  }
  if (expect === null) tally.left++;
  else if (got === expect) tally.answered++;
  else {
    tally.wrong++;
    note(tally, `${name}: expected ${JSON.stringify(expect)}, read ${JSON.stringify(got?.slice(0, 80))}`);
  }
  await new Promise<void>((resolve) => {
    socket.close(() => resolve());
  });
}

/** When the answer has come after all, or after so many milliseconds. */
function closeLater(socket: Socket, ms: number): void {
  socket.unref();
  const timer = setTimeout(() => socket.close(), ms).unref();
  socket.once('message', () => {
    clearTimeout(timer);
    socket.close();
  });
}
