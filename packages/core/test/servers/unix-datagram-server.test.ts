import { expect, test } from '@jest/globals';
import { readdirSync } from 'node:fs';
import { AsyncUnixDatagramServer, BaseRequestHandler, UnixDatagramServer } from '@socketserver/core';
import type { DatagramRequest, UnixClientAddress } from '@socketserver/core';
import { fixture, pathOf, startFixture, startHeir, startPython } from '../support/child.js';
import { Gate, openToAll, serving, TemporaryDirectory, until } from '../support/servers.js';

class Upper extends BaseRequestHandler<DatagramRequest, UnixClientAddress> {
  override async handle(): Promise<void> {
    const { packet, socket } = this.request;
    await socket.sendTo(packet.toString().toUpperCase(), this.clientAddress);
  }
}

/** Sends its second argument to its first as often as its third says, from the name in its fourth; prints what comes. */
const CLIENT = `
import socket, sys
to, text, count, name = sys.argv[1].replace('@', '\\0'), sys.argv[2], int(sys.argv[3]), sys.argv[4]
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.settimeout(20)
if name != 'unnamed': s.bind(name.replace('@', '\\0'))
for _ in range(count): s.sendto(text.encode(), to)
if name == 'unnamed': sys.exit(0)
sys.stdin.readline()
got = [s.recvfrom(100) for _ in range(count)]
sender = to.encode() if to[0] == '\\0' else to
sys.exit(0 if got == [(text.upper().encode(), sender)] * count else str(got))
`;

function client(to: string, count: number, name: string): ReturnType<typeof startPython> {
  return startPython(CLIENT, [to.replaceAll('\0', '@'), 'hello', String(count), name.replaceAll('\0', '@')]);
}

function threads(): number {
  return readdirSync('/proc/self/task').length;
}

test.each(['a path', 'an abstract name'])('answers a client that has %s', async (kind) => {
  using directory = new TemporaryDirectory();
  const path = kind === 'a path' ? directory.join('server') : `\0core-${process.pid}`;
  const made = new UnixDatagramServer(path, Upper);
  await using server = await serving(kind === 'a path' ? made : openToAll(made));
  const name = kind === 'a path' ? directory.join('client') : `\0client-${process.pid}`;
  await using python = client(path, 3, name);
  python.process.stdin?.end('\n');
  expect(await python.exit).toMatchObject({ code: 0, stderr: '' });
  await until(() => server.stats().active === 0);
  expect(server.stats()).toMatchObject({ accepted: 3, completed: 3 });
});

/** Binds a name of 108 bytes, which the kernel takes without a NUL at its end, and asks. */
const LONG_CLIENT = `
import ctypes, os, socket, struct, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.settimeout(20)
name = (sys.argv[1] + '-').encode().ljust(108, b'x')
if ctypes.CDLL(None, use_errno=True).bind(s.fileno(), struct.pack('H', 1) + name, 110): sys.exit(ctypes.get_errno())
s.sendto(b'hello', sys.argv[1])
sys.exit(0 if s.recv(100) == b'HELLO' else 1)
`;

test('answers a client whose name is as long as the kernel takes it', async () => {
  using directory = new TemporaryDirectory();
  await using server = await serving(new UnixDatagramServer(directory.join('server'), Upper));
  await using python = startPython(LONG_CLIENT, [server.serverAddress.path]);
  expect(await python.exit).toMatchObject({ code: 0, stderr: '' });
});

test('a client without a name can be heard, but not answered', async () => {
  const failed = new Gate<unknown>();
  class Reporting extends AsyncUnixDatagramServer {
    override handleError(error: unknown): void {
      failed.open(error);
    }
  }
  using directory = new TemporaryDirectory();
  await using server = await serving(new Reporting(directory.join('server'), Upper));
  await using python = client(server.serverAddress.path, 1, 'unnamed');
  expect(await python.exit).toMatchObject({ code: 0 });
  expect(await failed.opened).toMatchObject({
    code: 'ERR_SOCKETSERVER_BAD_ADDRESS',
    message: expect.stringContaining('a client that bound no name cannot be answered'),
  });
});

test('an answer waits for a client whose queue is full', async () => {
  using directory = new TemporaryDirectory();
  await using server = await serving(new AsyncUnixDatagramServer(directory.join('server'), Upper));
  // More than net.unix.max_dgram_qlen (10 by default): the client does not read until it is told to.
  await using python = client(server.serverAddress.path, 40, directory.join('client'));
  await until(() => server.stats().accepted === 40);
  expect(server.stats().active).toBeGreaterThan(0);
  python.process.stdin?.end('\n');
  expect(await python.exit).toMatchObject({ code: 0, stderr: '' });
});

test('close() ends the thread that reads, wherever it waits', async () => {
  using directory = new TemporaryDirectory();
  const before = threads();
  for (const Server of [UnixDatagramServer, AsyncUnixDatagramServer]) {
    const server = new Server(directory.join(Server.name), Upper);
    await server.listen(); // the thread waits at the gate
    await server.close();
    const serves = await serving(new Server(directory.join(`${Server.name}-2`), Upper));
    await serves.close(); // the thread waits in recvfrom(2)
  }
  await until(() => threads() <= before);
  expect(readdirSync(directory.path)).toEqual([]);
});

test('serves a socket that it inherits', async () => {
  using directory = new TemporaryDirectory();
  await using child = startHeir('AsyncUnixDatagramServer', 'Unix', directory.join('inherited'));
  expect(await child.exit).toMatchObject({ code: 0, stderr: '' });
});

test('when the thread that reads dies, it is reported, and another one takes its place', async () => {
  using directory = new TemporaryDirectory();
  const path = directory.join('server');
  await using server = startFixture('listen.mjs', ['UnixDatagramServer', JSON.stringify({ path })], {
    execArgv: ['--require', pathOf(fixture('reader-dies.cjs'))],
  });
  expect(await server.message()).toEqual({ path });
  await using killer = startPython(CLIENT, [path, 'die', '1', 'unnamed']);
  expect(await killer.exit).toMatchObject({ code: 0 });
  await using after = startPython(CLIENT, [path, 'STILL HERE', '3', directory.join('client')]);
  after.process.stdin?.end('\n');
  expect(await after.exit).toMatchObject({ code: 0, stderr: '' });
  server.send('end');
  expect(await server.exit).toMatchObject({ code: 0, stderr: expect.stringContaining('the reader died') });
});

test('without koffi, listen() says what to install', async () => {
  using directory = new TemporaryDirectory();
  const address = JSON.stringify({ path: directory.join('server') });
  await using server = startFixture('listen.mjs', ['UnixDatagramServer', address], {
    execArgv: ['--require', pathOf(fixture('without-koffi.cjs'))],
  });
  expect(await server.message()).toMatchObject({
    code: 'ERR_SOCKETSERVER_NATIVE_MISSING',
    message: expect.stringContaining('npm install koffi'),
  });
});

test('maxPacketSize 0 fails listen()', async () => {
  const server = openToAll(new UnixDatagramServer('\0never', Upper));
  server.maxPacketSize = 0;
  await expect(server.listen()).rejects.toMatchObject({ code: 'ERR_SOCKETSERVER_BAD_ARGUMENT' });
});
