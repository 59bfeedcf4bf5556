import { once } from 'node:events';
import { createServer } from 'node:net';
import { createSocket } from 'node:dgram';
import { describe, expect, test } from '@jest/globals';
import type { BoundInetAddress } from '@socketserver/core';
import { bindInet } from '../../src/sources/bind-inet.js';
import { ask, askByDatagram } from '../support/clients.js';
import { listenOn, NO_COMPILER, NO_MOUNTS } from '../support/kernel.js';
import { TemporaryDirectory } from '../support/servers.js';

const KINDS = ['TCPServer', 'UDPServer'] as const;

async function isServed(kind: (typeof KINDS)[number], address: BoundInetAddress): Promise<boolean> {
  const answer =
    kind === 'TCPServer' ? await ask(address, 'hello\n') : await askByDatagram(address, 'hello\n');
  return answer.toString() === 'hello\n';
}

describe.each(KINDS)('a name, for a %s', (kind) => {
  if (NO_MOUNTS !== undefined) {
    test.todo(`cannot be tried on this machine: ${NO_MOUNTS}`);
    return;
  }

  test.each([
    ['::1 first', ['::1 here', '127.0.0.1 here'], { host: '::1', family: 'IPv6' }],
    ['only 127.0.0.1', ['127.0.0.1 here'], { host: '127.0.0.1', family: 'IPv4' }],
    // RFC 5737 and RFC 3849: for documentation, so no machine has them.
    ['first an address of another machine', ['2001:db8::1 here', '127.0.0.1 here'], { host: '127.0.0.1' }],
  ])('with %s in /etc/hosts: the first that this machine has, in that order', async (_, hosts, bound) => {
    using directory = new TemporaryDirectory();
    await using server = listenOn({ hosts }, directory, { server: kind, address: { host: 'here', port: 0 } });
    const address = await server.message<BoundInetAddress>();
    expect(address).toMatchObject(bound);
    expect(await isServed(kind, address)).toBe(true);
    server.send('end');
    expect(await server.exit).toMatchObject({ code: 0, stderr: '' });
  });

  test('whose addresses are all of other machines is an error of the system', async () => {
    using directory = new TemporaryDirectory();
    const hosts = ['203.0.113.1 there', '203.0.113.2 there'];
    await using server = listenOn({ hosts }, directory, {
      server: kind,
      address: { host: 'there', port: 0 },
    });
    expect(await server.message()).toEqual({ code: 'EADDRNOTAVAIL' });
  });

  test('whose first address is in use is an error, and no other address is taken', async () => {
    using directory = new TemporaryDirectory();
    const port = await (kind === 'TCPServer' ? takenByTCP() : takenByUDP());
    const hosts = ['::1 here', '127.0.0.1 here'];
    await using server = listenOn({ hosts }, directory, {
      server: kind,
      address: { host: 'here', port: port.number },
    });
    expect(await server.message()).toEqual({ code: 'EADDRINUSE' });
    port.free();
  });
});

interface TakenPort {
  number: number;
  free(): void;
}

async function takenByTCP(): Promise<TakenPort> {
  const server = createServer().listen(0, '::1');
  await once(server, 'listening');
  return { number: (server.address() as { port: number }).port, free: () => server.close() };
}

async function takenByUDP(): Promise<TakenPort> {
  const socket = createSocket('udp6').bind(0, '::1');
  await once(socket, 'listening');
  return { number: socket.address().port, free: () => socket.close() };
}

describe.each(KINDS)('where the kernel has no IPv6, a %s', (kind) => {
  if (NO_COMPILER !== undefined) {
    test.todo(`cannot be tried on this machine: ${NO_COMPILER}`);
    return;
  }

  test('without a host is at 0.0.0.0', async () => {
    using directory = new TemporaryDirectory();
    await using server = listenOn({ hasIPv6: false }, directory, { server: kind, address: { port: 0 } });
    const address = await server.message<BoundInetAddress>();
    expect(address).toMatchObject({ host: '0.0.0.0', family: 'IPv4' });
    expect(await isServed(kind, address)).toBe(true);
    server.send('end');
    expect(await server.exit).toMatchObject({ code: 0, stderr: '' });
  });

  test('at ::1 is an error of the system', async () => {
    using directory = new TemporaryDirectory();
    await using server = listenOn({ hasIPv6: false }, directory, {
      server: kind,
      address: { host: '::1', port: 0 },
    });
    expect(await server.message()).toEqual({ code: 'EAFNOSUPPORT' });
  });
});

describe.each(KINDS)('a name with ::1 first, where the kernel has no IPv6, for a %s', (kind) => {
  const why = NO_COMPILER ?? NO_MOUNTS;
  if (why !== undefined) {
    test.todo(`cannot be tried on this machine: ${why}`);
    return;
  }

  test('is bound by its next address', async () => {
    using directory = new TemporaryDirectory();
    const machine = { hosts: ['::1 here', '127.0.0.1 here'], hasIPv6: false };
    await using server = listenOn(machine, directory, { server: kind, address: { host: 'here', port: 0 } });
    const address = await server.message<BoundInetAddress>();
    expect(address).toMatchObject({ host: '127.0.0.1', family: 'IPv4' });
    expect(await isServed(kind, address)).toBe(true);
  });
});

test.each(['EADDRNOTAVAIL', 'EAFNOSUPPORT', 'EINVAL'])('%s makes the next address be tried', async (code) => {
  const tried: string[] = [];
  await bindInet({ host: undefined, ipv6Only: false }, ({ address }) => {
    tried.push(address);
    return tried.length > 1 ? Promise.resolve() : Promise.reject(Object.assign(new Error(code), { code }));
  });
  expect(tried).toEqual(['::', '0.0.0.0']);
});

test.each(['EADDRINUSE', 'EACCES', 'EMFILE'])('%s is not tried away', async (code) => {
  const tried: string[] = [];
  const bound = bindInet({ host: undefined, ipv6Only: false }, ({ address }) => {
    tried.push(address);
    return Promise.reject(Object.assign(new Error(code), { code }));
  });
  await expect(bound).rejects.toMatchObject({ code });
  expect(tried).toEqual(['::']);
});

test('ipv6Only has no second choice', async () => {
  const tried: string[] = [];
  const bound = bindInet({ host: undefined, ipv6Only: true }, ({ address }) => {
    tried.push(address);
    return Promise.reject(Object.assign(new Error('no IPv6'), { code: 'EAFNOSUPPORT' }));
  });
  await expect(bound).rejects.toMatchObject({ code: 'EAFNOSUPPORT' });
  expect(tried).toEqual(['::']);
});
