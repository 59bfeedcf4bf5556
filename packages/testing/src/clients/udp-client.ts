import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import type { BoundInetAddress } from '@socketserver/core';

/** Sends a datagram, and returns the first answer. */
export async function askUdp(address: BoundInetAddress, text: string): Promise<string> {
  const socket = createSocket('udp4');
  try {
    const answer = once(socket, 'message');
    socket.send(text, address.port, address.host);
    const [packet] = (await answer) as [Buffer];
    return packet.toString();
  } finally {
    socket.close();
  }
}

/** Sends a datagram that is not answered. */
export async function sendUdp(address: BoundInetAddress, text: string): Promise<void> {
  const socket = createSocket('udp4');
  await new Promise<void>((resolve, reject) => {
    socket.send(text, address.port, address.host, (error) => (error === null ? resolve() : reject(error)));
  });
  socket.close();
}
