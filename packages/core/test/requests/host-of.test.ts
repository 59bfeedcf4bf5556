import { describe, expect, test } from '@jest/globals';
import { AsyncTCPServer, type ClientAddress, type InetClientAddress } from '@socketserver/core';
import type { Socket } from 'node:net';
import { hostOf } from '../../src/requests/host-of.js';
import { ask, connectTo, readAll } from '../support/clients.js';
import { Gate, NullHandler, serving, UpperHandler } from '../support/servers.js';

function client(address: string): InetClientAddress {
  return { address, port: 1, family: address.includes(':') ? 'IPv6' : 'IPv4' };
}

describe('hostOf', () => {
  const same = (one: string, other: string, prefix = 64): boolean =>
    hostOf(client(one), prefix) === hostOf(client(other), prefix);

  test.each([
    ['2001:db8:1:2::1', '2001:db8:1:2:ffff:ffff:ffff:ffff'],
    ['2001:db8:1:2::', '2001:0DB8:0001:0002:3:4:5:6'],
    ['::1', '::2'],
    ['2001:db8::192.0.2.1', '2001:db8::c000:201'],
    ['fe80::1%eth0', 'fe80::2%eth0'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
  ])('takes %s and %s for one', (one, other) => {
    expect(same(one, other)).toBe(true);
  });

  test.each([
    ['2001:db8:1:2::1', '2001:db8:1:3::1'],
    ['::ffff:192.0.2.1', '::ffff:192.0.2.2'],
    ['192.0.2.1', '192.0.2.2'],
    ['fe80::1%eth0', 'fe80::1%eth1'],
  ])('tells %s and %s apart', (one, other) => {
    expect(same(one, other)).toBe(false);
  });

  test.each([
    [127, '2001:db8::2', ['2001:db8::3', '2001:db8::4']],
    [128, '2001:db8::2', ['2001:db8:0::2', '2001:db8::3']],
    [56, '2001:db8:0:1200::', ['2001:db8:0:12ff::', '2001:db8:0:1300::']],
    [1, '::', ['7fff::', '8000::']],
  ] as const)('by %d bits takes %s for the first of %j only', (prefix, one, others) => {
    expect(others.map((other) => same(one, other, prefix))).toEqual([true, false]);
  });

  test.each([{ path: '/client' }, undefined, { address: 5 }])('has none for %j', (address) => {
    expect(hostOf(address as ClientAddress, 64)).toBeUndefined();
  });
});

test('maxConnectionsPerHost counts an IPv6 client by hostPrefixIPv6, also when that changes', async () => {
  const addresses = ['2001:db8::1', '2001:db8::2', '2001:db8::3', '2001:db8:0:1::1'];
  const held = new Gate();
  class Forged extends AsyncTCPServer {
    override maxConnectionsPerHost = 1;

    override async getRequest(): Promise<[Socket, ClientAddress]> {
      const [request] = await super.getRequest();
      return [request, client(addresses.shift()!)];
    }

    override async verifyRequest(): Promise<boolean> {
      await held.opened;
      return true;
    }
  }
  await using server = await serving(new Forged({ host: '127.0.0.1', port: 0 }, UpperHandler));
  const first = ask(server.serverAddress, 'one\n');
  const refused = await connectTo(server.serverAddress);
  expect(await readAll(refused)).toBe('');
  expect(server.stats()).toMatchObject({ active: 1, rejected: 1 });
  server.hostPrefixIPv6 = 128;
  const third = ask(server.serverAddress, 'three\n');
  const fourth = ask(server.serverAddress, 'four\n');
  held.open();
  expect(await Promise.all([first, third, fourth])).toEqual(['ONE\n', 'THREE\n', 'FOUR\n']);
});

test.each([0, 129, 64.5, '64', null])('hostPrefixIPv6 %p fails listen()', async (value) => {
  const server = new AsyncTCPServer({ host: '127.0.0.1', port: 0 }, NullHandler as never);
  Object.assign(server, { hostPrefixIPv6: value });
  await expect(server.listen()).rejects.toMatchObject({
    code: 'ERR_SOCKETSERVER_BAD_ARGUMENT',
    message: expect.stringContaining('Expected `hostPrefixIPv6` to be an integer from 1 to 128'),
  });
});
