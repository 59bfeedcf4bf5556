import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { describe, expect, test } from '@jest/globals';
import type { ClientAddress } from '@socketserver/core';
import { descriptorOf } from '../../src/native/handle.js';
import { UdpBatch } from '../../src/native/udp-batch.js';
import { until } from '../support/servers.js';

type Family = 'IPv4' | 'IPv6';
const LOOPBACK = { IPv4: '127.0.0.1', IPv6: '::1' };

async function open(family: Family, host = LOOPBACK[family]): Promise<Socket & AsyncDisposable> {
  const socket = createSocket(family === 'IPv4' ? 'udp4' : 'udp6');
  socket.bind(0, host);
  await once(socket, 'listening');
  return Object.assign(socket, { [Symbol.asyncDispose]: async () => void socket.close() });
}

function over(socket: Socket): UdpBatch {
  const { family, port, address: host } = socket.address();
  const batch = UdpBatch.over(descriptorOf(socket), { family: family as Family, port, host });
  if (batch === undefined) throw new Error('Expected Linux with koffi');
  return batch;
}

/** The texts that a socket gets. */
function heard(socket: Socket): string[] {
  const texts: string[] = [];
  socket.on('message', (data) => texts.push(data.toString()));
  return texts;
}

const to = (host: string, { port }: { port: number }): ClientAddress => ({
  address: host,
  port,
  family: host.includes(':') ? 'IPv6' : 'IPv4',
});

const list = (texts: readonly string[], address: ClientAddress) =>
  texts.map((text) => ({ data: Buffer.from(text), address }));

describe('UDP datagrams by one call', () => {
  test.each<{ from: Family; at: string; host: string }>([
    { from: 'IPv4', at: '127.0.0.1', host: '127.0.0.1' },
    { from: 'IPv4', at: '127.0.0.1', host: '::ffff:127.0.0.1' },
    { from: 'IPv6', at: '::1', host: '::1' },
    { from: 'IPv6', at: '::', host: '127.0.0.1' },
  ])('from an $from socket at $at to $host', async ({ from, at, host }) => {
    await using sender = await open(from, at);
    await using receiver = await open(host === '::1' ? 'IPv6' : 'IPv4');
    const texts = heard(receiver);
    const sent = ['one', '', 'three'];
    const batch = over(sender);
    expect(batch.send(descriptorOf(sender), list(sent, to(host, receiver.address())), 0)).toBe(3);
    await until(() => texts.length === 3);
    expect(texts).toEqual(sent);
  });

  test('each goes to its own receiver; they go on where they are told to', async () => {
    await using sender = await open('IPv4');
    await using one = await open('IPv4');
    await using other = await open('IPv4');
    const [ones, others] = [heard(one), heard(other)];
    const datagrams = ['a', 'b', 'c', 'd'].flatMap((text) => [
      ...list([`${text}1`], to('127.0.0.1', one.address())),
      ...list([`${text}2`], to('127.0.0.1', other.address())),
    ]);
    expect(over(sender).send(descriptorOf(sender), datagrams, 2)).toBe(6);
    await until(() => ones.length === 3 && others.length === 3);
    expect([ones, others]).toEqual([
      ['b1', 'c1', 'd1'],
      ['b2', 'c2', 'd2'],
    ]);
  });

  test.each<[string, ClientAddress]>([
    ['a name', { address: 'localhost', port: 7, family: 'IPv4' }],
    ['the other family', { address: '::1', port: 7, family: 'IPv6' }],
    ['port 0', { address: '127.0.0.1', port: 0, family: 'IPv4' }],
    ['port 65536', { address: '127.0.0.1', port: 65_536, family: 'IPv4' }],
    ['a path', { path: '/x' }],
  ])('what is to %s is left, with what follows', async (_, address) => {
    await using sender = await open('IPv4');
    await using receiver = await open('IPv4');
    const texts = heard(receiver);
    const good = list(['good'], to('127.0.0.1', receiver.address()));
    const datagrams = [...good, ...list(['bad'], address), ...good];
    const batch = over(sender);
    expect(batch.send(descriptorOf(sender), datagrams, 0)).toBe(1);
    expect(batch.send(descriptorOf(sender), datagrams, 1)).toBe(0);
    expect(batch.send(descriptorOf(sender), datagrams, 2)).toBe(1);
    await until(() => texts.length === 2);
  });

  test('one that the kernel refuses is left; a closed socket sends none', async () => {
    const sender = await open('IPv4');
    await using receiver = await open('IPv4');
    const address = to('127.0.0.1', receiver.address());
    const batch = over(sender);
    const long = [...list(['x'], address), { data: new Uint8Array(65_510), address }];
    expect(batch.send(descriptorOf(sender), long, 0)).toBe(1);
    expect(batch.send(descriptorOf(sender), long, 1)).toBe(0);
    sender.close();
    expect(batch.send(descriptorOf(sender), list(['x'], address), 0)).toBe(0);
  });

  test('many, and large ones, take several calls', async () => {
    await using sender = await open('IPv4');
    await using receiver = await open('IPv4');
    const texts = heard(receiver);
    const address = to('127.0.0.1', receiver.address());
    const batch = over(sender);
    const many = list(
      Array.from({ length: 100 }, (_, n) => `n${n}`),
      address,
    );
    expect(batch.send(descriptorOf(sender), many, 0)).toBe(64);
    expect(batch.send(descriptorOf(sender), many, 64)).toBe(36);
    const large = Array.from({ length: 3 }, () => ({ data: new Uint8Array(30_000), address }));
    expect(batch.send(descriptorOf(sender), large, 0)).toBe(2);
    expect(batch.send(descriptorOf(sender), large, 2)).toBe(1);
    await until(() => texts.length === 103);
    expect(texts.slice(0, 100)).toEqual(many.map(({ data }) => data.toString()));
  });

  test('are not sent by a descriptor that is no such socket', async () => {
    await using socket = await open('IPv4');
    const { port } = socket.address();
    const bound = { family: 'IPv4', port, host: '127.0.0.1' } as const;
    expect(UdpBatch.over(descriptorOf(socket), bound)).toBeDefined();
    expect(UdpBatch.over(descriptorOf(socket), { ...bound, port: port ^ 1 })).toBeUndefined();
    expect(UdpBatch.over(descriptorOf(socket), { ...bound, family: 'IPv6' })).toBeUndefined();
    expect(UdpBatch.over(0, bound)).toBeUndefined();
    expect(UdpBatch.over(-1, bound)).toBeUndefined();
  });
});
