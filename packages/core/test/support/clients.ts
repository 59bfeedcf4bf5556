import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, type NetConnectOpts, type Socket } from 'node:net';
import type { BoundAddress } from '@socketserver/core';

/** A connection to a server, once it is made. */
export async function connectTo(address: BoundAddress): Promise<Socket> {
  const target: NetConnectOpts = 'path' in address ? address : { host: address.host, port: address.port };
  const socket = connect({ ...target, allowHalfOpen: true });
  await once(socket, 'connect');
  socket.on('error', meetsItInARead);
  return socket;
}

/** A server may well reset a connection that a test is done with. */
function meetsItInARead(): void {}

/** Whatever the other side sends until it ends. */
export async function readAll(socket: Socket): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of socket as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

/** Sends `data`, ends, and returns the whole answer. */
export async function ask(address: BoundAddress, data: string | Uint8Array): Promise<string> {
  const socket = await connectTo(address);
  socket.end(data);
  return readAll(socket);
}

/** Sends one datagram over UDP, and returns the first answer. */
export async function askByDatagram(
  address: { host: string; port: number },
  data: string | Uint8Array,
): Promise<Buffer> {
  const socket = createSocket(address.host.includes(':') ? 'udp6' : 'udp4');
  try {
    const answer = once(socket, 'message');
    socket.send(data, address.port, address.host);
    const [packet] = (await answer) as [Buffer];
    return packet;
  } finally {
    socket.close();
  }
}
