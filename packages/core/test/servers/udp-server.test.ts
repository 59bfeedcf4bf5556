import { describe, expect, test } from '@jest/globals';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { AsyncUDPServer, BaseRequestHandler, DatagramRequestHandler, UDPServer } from '@socketserver/core';
import type { DatagramRequest, InetClientAddress } from '@socketserver/core';
import { startHeir } from '../support/child.js';
import { askByDatagram } from '../support/clients.js';
import { Gate, NullHandler, serving, until } from '../support/servers.js';

class Upper extends DatagramRequestHandler {
  override async handle(): Promise<void> {
    await this.wfile.write(this.packet.toString().toUpperCase());
  }
}

/** Answers only what does not begin with "silent". */
class Choosy extends DatagramRequestHandler {
  override async handle(): Promise<void> {
    const line = await this.rfile.readLine();
    if (!line.toString().startsWith('silent')) await this.wfile.write(line);
  }
}

test.each(['127.0.0.1', '::1', 'localhost'])('serves on %s', async (host) => {
  await using server = await serving(new UDPServer({ host, port: 0 }, Upper));
  expect((await askByDatagram(server.serverAddress, 'hello')).toString()).toBe('HELLO');
});

test('sends nothing when nothing was written', async () => {
  await using server = await serving(new AsyncUDPServer({ host: '127.0.0.1', port: 0 }, Choosy));
  const { host, port } = server.serverAddress;
  const client = createSocket('udp4');
  const answer = once(client, 'message');
  client.send('silent', port, host);
  await until(() => server.stats().completed === 1);
  client.send('loud', port, host);
  const [packet] = (await answer) as [Buffer];
  expect(packet.toString()).toBe('loud');
  client.close();
});

test('cuts a datagram off at maxPacketSize', async () => {
  class Small extends UDPServer {
    override maxPacketSize = 4;
  }
  await using server = await serving(new Small({ host: '127.0.0.1', port: 0 }, Upper));
  expect((await askByDatagram(server.serverAddress, 'abcdefgh')).toString()).toBe('ABCD');
});

describe('sendTo()', () => {
  test('throws what the system says, and refuses other kinds of addresses and closed servers', async () => {
    const kept = new Gate<DatagramRequest>();
    const client = new Gate<InetClientAddress>();
    class Keeping extends BaseRequestHandler<DatagramRequest> {
      override handle(): void {
        kept.open(this.request);
        client.open(this.clientAddress);
      }
    }
    await using server = await serving(new AsyncUDPServer({ host: '127.0.0.1', port: 0 }, Keeping));
    const sender = createSocket('udp4');
    sender.send('x', server.serverAddress.port, '127.0.0.1');
    const { socket } = await kept.opened;
    const address = await client.opened;
    await expect(socket.sendTo(Buffer.alloc(70_000), address)).rejects.toMatchObject({ code: 'EMSGSIZE' });
    await expect(socket.sendTo('x', { path: '/tmp/x' })).rejects.toMatchObject({
      code: 'ERR_SOCKETSERVER_BAD_ADDRESS',
    });
    expect(await socket.sendTo('abc', address)).toBe(3);
    await server.close();
    await expect(socket.sendTo('x', address)).rejects.toMatchObject({ code: 'ERR_SOCKETSERVER_CLOSED' });
    sender.close();
  });
});

test.each([
  ['IPv4', '127.0.0.1'],
  ['IPv6', '::1'],
] as const)('serves a socket that it inherits, %s', async (family, host) => {
  await using child = startHeir('AsyncUDPServer', family, host);
  expect(await child.exit).toMatchObject({ code: 0, stderr: '' });
});

test.each([0, -1, 1.5, NaN, '8192'])('maxPacketSize %p fails listen()', async (size) => {
  const server = new UDPServer({ host: '127.0.0.1', port: 0 }, NullHandler);
  server.maxPacketSize = size as number;
  await expect(server.listen()).rejects.toMatchObject({
    code: 'ERR_SOCKETSERVER_BAD_ARGUMENT',
    message: expect.stringContaining('`maxPacketSize`'),
  });
});
