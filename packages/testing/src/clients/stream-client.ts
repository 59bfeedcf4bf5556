import { once } from 'node:events';
import { connect, type NetConnectOpts, type Socket } from 'node:net';
import type { BoundAddress } from '@socketserver/core';

/** A connection to a server, once it is made. It stays open for reading and writing until the test ends it. */
export async function connectTo(address: BoundAddress): Promise<Socket> {
  const target: NetConnectOpts = 'path' in address ? address : { host: address.host, port: address.port };
  const socket = connect({ ...target, allowHalfOpen: true });
  await once(socket, 'connect');
  return socket;
}

/** Whatever the other side sends until it ends. */
export async function readAll(socket: Socket): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of socket as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** The next line, without its `\n`. More than a line at once is the test's mistake. */
export async function readLine(socket: Socket): Promise<string> {
  let text = '';
  while (!text.endsWith('\n')) {
    const [chunk] = (await once(socket, 'data')) as [Buffer];
    text += chunk.toString();
  }
  return text.slice(0, -1);
}

/** Sends `text`, half-closes, and returns the whole answer. */
export async function askStream(address: BoundAddress, text: string): Promise<string> {
  const socket = await connectTo(address);
  socket.end(text);
  return (await readAll(socket)).toString();
}
