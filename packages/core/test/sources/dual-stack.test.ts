import { once } from 'node:events';
import { createSocket } from 'node:dgram';
import { describe, expect, test } from '@jest/globals';
import {
  AsyncTCPServer,
  AsyncUDPServer,
  BaseRequestHandler,
  DatagramRequestHandler,
  StreamRequestHandler,
  TCPServer,
  UDPServer,
  type DatagramRequest,
  type InetClientAddress,
  type RequestHandlerSource,
} from '@socketserver/core';
import { ask, askByDatagram, connectTo, readAll } from '../support/clients.js';
import { Gate, NullHandler, serving, until } from '../support/servers.js';

const FAMILIES = [
  ['127.0.0.1', 'IPv4'],
  ['::1', 'IPv6'],
] as const;

class TellStream extends StreamRequestHandler {
  override async handle(): Promise<void> {
    await this.wfile.write(JSON.stringify(this.clientAddress));
  }
}

class TellDatagram extends DatagramRequestHandler {
  override async handle(): Promise<void> {
    await this.wfile.write(JSON.stringify(this.clientAddress));
  }
}

test.each([{ port: 0 }, { host: '', port: 0 }, { host: '::', port: 0 }])(
  'a server at %j serves both families, over TCP and UDP, and knows clients by their own address',
  async (address) => {
    await using tcp = await serving(new AsyncTCPServer(address, TellStream));
    await using udp = await serving(new AsyncUDPServer(address, TellDatagram));
    for (const server of [tcp, udp]) {
      expect(server).toMatchObject({
        addressFamily: 'AF_INET6',
        serverAddress: { host: '::', family: 'IPv6' },
      });
    }
    for (const [host, family] of FAMILIES) {
      const client = { address: host, family, port: expect.any(Number) };
      expect(JSON.parse(await ask({ ...tcp.serverAddress, host }, ''))).toEqual(client);
      const answer = await askByDatagram({ ...udp.serverAddress, host }, 'who?');
      expect(JSON.parse(answer.toString())).toEqual(client);
    }
  },
);

test('limits per host and verifyRequest() see the address of an IPv4 client', async () => {
  class Banning extends AsyncTCPServer {
    override verifyRequest(_: object, clientAddress: InetClientAddress): boolean {
      return clientAddress.address !== '127.0.0.1';
    }
  }
  await using server = await serving(new Banning({ port: 0 }, TellStream));
  const banned = await connectTo({ ...server.serverAddress, host: '127.0.0.1' });
  expect(await readAll(banned).catch(() => '')).toBe('');
  expect(await ask({ ...server.serverAddress, host: '::1' }, '')).toContain('"::1"');
  await until(() => server.stats().active === 0);
  expect(server.stats()).toMatchObject({ accepted: 2, rejected: 1 });
});

/** The request of one client, which the handler keeps: its socket sends wherever the test says. */
async function keptBy(server: (Handler: RequestHandlerSource) => UDPServer) {
  const kept = new Gate<DatagramRequest>();
  class Keeping extends BaseRequestHandler<DatagramRequest> {
    override handle(): void {
      kept.open(this.request);
    }
  }
  const made = await serving(server(Keeping));
  const sender = createSocket(made.serverAddress.host === '::1' ? 'udp6' : 'udp4');
  sender.send('x', made.serverAddress.port, made.serverAddress.host === '::1' ? '::1' : '127.0.0.1');
  const { socket } = await kept.opened;
  sender.close();
  return { socket, [Symbol.asyncDispose]: () => made[Symbol.asyncDispose]() };
}

describe('sendTo()', () => {
  test.each([
    ['without a host', undefined, '127.0.0.1', '127.0.0.1'],
    ['without a host', undefined, '::ffff:127.0.0.1', '127.0.0.1'],
    ['without a host', undefined, '::1', '::1'],
    ['without a host', undefined, 'localhost', '127.0.0.1'],
    ['of IPv4', '127.0.0.1', '127.0.0.1', '127.0.0.1'],
    ['of IPv4', '127.0.0.1', '::ffff:127.0.0.1', '127.0.0.1'],
    ['of IPv4', '127.0.0.1', '::FFFF:127.0.0.1', '127.0.0.1'],
    ['of IPv4', '127.0.0.1', 'localhost', '127.0.0.1'],
  ])('of a server %s (%p) to %s arrives at %s', async (...[, host, address, arrivesAt]) => {
    await using server = await keptBy((Handler) => new AsyncUDPServer(addressOf(host), Handler));
    const receiver = createSocket(arrivesAt === '::1' ? 'udp6' : 'udp4').bind(0, arrivesAt);
    await once(receiver, 'listening');
    const { port } = receiver.address();
    const arrived = once(receiver, 'message');
    expect(await server.socket.sendTo('hello', { address, port, family: 'IPv4' })).toBe(5);
    const [packet] = (await arrived) as [Buffer];
    expect(packet.toString()).toBe('hello');
    receiver.close();
  });

  test('to a name that nobody has rejects with what the resolver says', async () => {
    await using server = await keptBy((Handler) => new AsyncUDPServer({ port: 0 }, Handler));
    const nowhere = { address: 'nobody.invalid', port: 9, family: 'IPv4' } as const;
    await expect(server.socket.sendTo('x', nowhere)).rejects.toMatchObject({ syscall: 'getaddrinfo' });
  });
});

function addressOf(host: string | undefined): { host?: string; port: number } {
  return host === undefined ? { port: 0 } : { host, port: 0 };
}

describe('ipv6Only', () => {
  test.each([{ port: 0 }, { host: '::', port: 0 }])(
    'of TCP leaves the port to a server of IPv4 (%j)',
    async (at) => {
      await using six = new AsyncTCPServer(at, TellStream);
      six.ipv6Only = true;
      await serving(six);
      const { port } = six.serverAddress;
      await using four = await serving(new TCPServer({ host: '0.0.0.0', port }, TellStream));
      expect(four.serverAddress.port).toBe(port);
      expect(await ask({ host: '::1', port, family: 'IPv6' }, '')).toContain('"::1"');
      expect(await ask({ host: '127.0.0.1', port, family: 'IPv4' }, '')).toContain('"127.0.0.1"');
      expect([six.stats().accepted, four.stats().accepted]).toEqual([1, 1]);
    },
  );

  test.each([{ port: 0 }, { host: '::', port: 0 }])(
    'of UDP leaves the port to a server of IPv4 (%j)',
    async (at) => {
      await using six = new AsyncUDPServer(at, TellDatagram);
      six.ipv6Only = true;
      await serving(six);
      const { port } = six.serverAddress;
      await using four = await serving(new UDPServer({ host: '0.0.0.0', port }, TellDatagram));
      expect((await askByDatagram({ host: '::1', port }, 'x')).toString()).toContain('"::1"');
      expect((await askByDatagram({ host: '127.0.0.1', port }, 'x')).toString()).toContain('"127.0.0.1"');
      expect([six.stats().accepted, four.stats().accepted]).toEqual([1, 1]);
    },
  );

  test('false, the default, takes the port for both families', async () => {
    await using both = new TCPServer({ port: 0 }, NullHandler);
    await both.listen();
    const four = new TCPServer({ host: '0.0.0.0', port: both.serverAddress.port }, NullHandler);
    await expect(four.listen()).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });
});
