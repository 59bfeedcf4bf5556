import { once } from 'node:events';
import { createServer, Socket } from 'node:net';
import { expect, test } from '@jest/globals';
import { peerCredentials } from '@socketserver/core';
import { fixture, pathOf, startFixture } from '../support/child.js';
import { connectTo } from '../support/clients.js';
import { TemporaryDirectory } from '../support/servers.js';

test('a client is told who its server is', async () => {
  using directory = new TemporaryDirectory();
  await using server = startFixture('listen.mjs', ['UnixStreamServer', JSON.stringify(directory.join('s'))]);
  await server.message();
  const client = await connectTo({ path: directory.join('s') });
  expect(peerCredentials(client)).toEqual({
    pid: server.process.pid,
    uid: process.getuid?.(),
    gid: process.getgid?.(),
  });
  client.destroy();
  expect(() => peerCredentials(client)).toThrow(
    expect.objectContaining({ code: 'ERR_SOCKETSERVER_CONNECTION_CLOSED' }),
  );
});

test('a connection that has broken tells what it broke with', async () => {
  const broken = new Socket();
  broken.once('error', () => {});
  broken.destroy(new Error('reset'));
  expect(() => peerCredentials(broken)).toThrow('reset');
});

test('a connection of TCP has no credentials', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  const client = await connectTo({ host: '127.0.0.1', port, family: 'IPv4' });
  expect(() => peerCredentials(client)).toThrow(
    expect.objectContaining({
      code: 'ERR_SOCKETSERVER_BAD_ARGUMENT',
      message: 'Expected `request` to be a connection of a Unix stream server, got "127.0.0.1"',
    }),
  );
  client.destroy();
  server.close();
});

test.each([undefined, null, 5, {}, { packet: Buffer.alloc(0), socket: {} }])(
  '%j has none either',
  (request) => {
    expect(() => peerCredentials(request as unknown as Socket)).toThrow(
      expect.objectContaining({ code: 'ERR_SOCKETSERVER_BAD_ARGUMENT' }),
    );
  },
);

test.each([
  [
    'without koffi',
    'without-koffi.cjs',
    'ERR_SOCKETSERVER_NATIVE_MISSING',
    'koffi to be installed for peerCredentials()',
  ],
  [
    'on another system',
    'says-darwin.cjs',
    'ERR_SOCKETSERVER_UNSUPPORTED',
    'to be called on Linux, got "darwin"; let the',
  ],
])('%s it says so', async (...[, preload, code, message]) => {
  await using child = startFixture('asks-for-peer.mjs', [], {
    execArgv: ['--require', pathOf(fixture(preload))],
  });
  expect(await child.message()).toEqual({ code, message: expect.stringContaining(message) });
});
