import { closeSync, fstatSync, openSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { TCPServer, UDPServer, UnixDatagramServer, UnixStreamServer } from '@socketserver/core';
import type { Socket } from 'node:net';
import { descriptorOf } from '../../src/native/handle.js';
import { needLibc } from '../../src/native/libc.js';
import { fixture, pathOf, startFixture } from '../support/child.js';
import { connectTo } from '../support/clients.js';
import { NullHandler, TemporaryDirectory } from '../support/servers.js';

const ANY_PORT = { host: '127.0.0.1', port: 0 };
const SERVERS = { TCPServer, UDPServer, UnixStreamServer, UnixDatagramServer };
const EXPECTED = {
  TCPServer: 'a listening TCP socket',
  UDPServer: 'a bound UDP socket',
  UnixStreamServer: 'a listening Unix stream socket',
  UnixDatagramServer: 'a bound Unix datagram socket',
};
const AF_UNIX = 1;
const AF_INET = 2;
const SOCK_STREAM = 1;
const SOCK_DGRAM = 2;
const SOCK_SEQPACKET = 5;

/** Descriptors of every kind, open as long as the tests run. */
class Descriptors {
  readonly #directory = new TemporaryDirectory();
  readonly #servers = [
    new TCPServer(ANY_PORT, NullHandler),
    new TCPServer({ host: '::1', port: 0 }, NullHandler),
    new UDPServer(ANY_PORT, NullHandler),
    new UnixStreamServer(this.#directory.join('stream'), NullHandler),
    new UnixDatagramServer(this.#directory.join('datagram'), NullHandler),
  ];
  readonly #made: number[] = [openSync('/dev/null', 'r')];
  #connection: Socket | undefined;
  readonly byName = new Map<string, number>();

  async open(): Promise<void> {
    for (const server of this.#servers) await server.listen();
    const [tcp, tcp6, udp, stream, datagram] = this.#servers.map((server) => server.fileno());
    this.#connection = await connectTo((this.#servers[0] as TCPServer).serverAddress);
    const libc = needLibc('this test');
    const types = [
      [AF_INET, SOCK_STREAM],
      [AF_INET, SOCK_DGRAM],
      [AF_UNIX, SOCK_STREAM],
      [AF_UNIX, SOCK_DGRAM],
      [AF_UNIX, SOCK_SEQPACKET],
    ] as const;
    const bare = types.map(([domain, type]) => libc.socket(domain, type, 0));
    this.#made.push(...bare);
    const named: [string, number | undefined][] = [
      ['one that is no socket', this.#made[0]],
      ['a TCP socket', tcp],
      ['a TCP socket (IPv6)', tcp6],
      ['a UDP socket', udp],
      ['a Unix stream socket', stream],
      ['a Unix datagram socket', datagram],
      ['a TCP socket that does not listen', bare[0]],
      ['a TCP socket that does not listen (connected)', descriptorOf(this.#connection)],
      ['a UDP socket that is not bound', bare[1]],
      ['a Unix stream socket that does not listen', bare[2]],
      ['a Unix datagram socket that is not bound', bare[3]],
      ['a socket of another kind', bare[4]],
    ];
    for (const [name, fd] of named) this.byName.set(name, fd ?? -1);
  }

  async close(): Promise<void> {
    this.#connection?.destroy();
    for (const fd of this.#made) closeSync(fd);
    for (const server of this.#servers) await server.close();
    this.#directory[Symbol.dispose]();
  }
}

const descriptors = new Descriptors();
beforeAll(() => descriptors.open());
afterAll(() => descriptors.close());

const IN_GENERAL = ['one that is no socket', 'a socket of another kind'];
const REFUSED: Record<keyof typeof SERVERS, string[]> = {
  TCPServer: [
    ...IN_GENERAL,
    'a UDP socket',
    'a UDP socket that is not bound',
    'a Unix stream socket',
    'a Unix datagram socket',
    'a TCP socket that does not listen',
    'a TCP socket that does not listen (connected)',
  ],
  UDPServer: [
    ...IN_GENERAL,
    'a TCP socket',
    'a TCP socket (IPv6)',
    'a Unix stream socket',
    'a Unix datagram socket',
    'a UDP socket that is not bound',
  ],
  UnixStreamServer: [
    ...IN_GENERAL,
    'a TCP socket',
    'a UDP socket',
    'a Unix datagram socket',
    'a Unix stream socket that does not listen',
  ],
  UnixDatagramServer: [
    ...IN_GENERAL,
    'a TCP socket',
    'a UDP socket',
    'a Unix stream socket',
    'a Unix datagram socket that is not bound',
  ],
};

describe.each(Object.keys(SERVERS) as (keyof typeof SERVERS)[])('{fd} of a %s', (name) => {
  const Server = SERVERS[name];

  test.each(REFUSED[name])('that is %s is refused, and stays open', async (kind) => {
    const fd = descriptors.byName.get(kind) ?? -1;
    const { ino } = fstatSync(fd);
    const server = new Server({ fd }, NullHandler);
    // Of a socket that is of the right kind the message says what is missing.
    const got =
      IN_GENERAL.includes(kind) || EXPECTED[name].includes(kindOf(kind)) ? kind : `a ${kindOf(kind)}`;
    await expect(server.listen()).rejects.toMatchObject({
      code: 'ERR_SOCKETSERVER_BAD_ADDRESS',
      message: `Expected \`serverAddress.fd\` to be ${EXPECTED[name]}, got ${got.replace(/ \(.*/, '')} (descriptor ${fd})`,
    });
    await server.close();
    expect(fstatSync(fd).ino).toBe(ino);
  });

  test.each([1_000_000, 2 ** 31])('that is not open is refused (%i)', async (fd) => {
    await expect(new Server({ fd }, NullHandler).listen()).rejects.toMatchObject({
      code: 'ERR_SOCKETSERVER_BAD_ADDRESS',
      message: `Expected \`serverAddress.fd\` to be ${EXPECTED[name]}, got one that is not open (descriptor ${fd})`,
    });
  });
});

/** `TCP socket`, of "a TCP socket that does not listen". */
function kindOf(description: string): string {
  return /^a (.*? socket)/.exec(description)?.[1] ?? description;
}

test('without koffi a descriptor that is no socket is refused all the same', async () => {
  // Its stdin is /dev/null.
  await using child = startFixture('listen.mjs', ['TCPServer', JSON.stringify({ fd: 0 })], {
    execArgv: ['--require', pathOf(fixture('without-koffi.cjs'))],
  });
  expect(await child.message()).toEqual({
    code: 'ERR_SOCKETSERVER_BAD_ADDRESS',
    message: expect.stringContaining('got one that is no socket (descriptor 0)'),
  });
});

test('dgram would take descriptor 0 for no descriptor at all, so a UDP server refuses it', async () => {
  await expect(new UDPServer({ fd: 0 }, NullHandler).listen()).rejects.toMatchObject({
    code: 'ERR_SOCKETSERVER_UNSUPPORTED',
    message: expect.stringContaining('Expected `serverAddress.fd` to be 1 or more for a UDP server, got 0'),
  });
});

test('in a worker of node:cluster streams are refused, and datagrams are served', async () => {
  using directory = new TemporaryDirectory();
  await using program = startFixture('cluster-inherits.mjs', [directory.path]);
  const refused = {
    code: 'ERR_SOCKETSERVER_UNSUPPORTED',
    message: expect.stringContaining('in a worker of node:cluster'),
  };
  expect(await program.message()).toEqual({
    TCPServer: refused,
    UnixStreamServer: refused,
    UDPServer: 'HELLO',
    UnixDatagramServer: { path: directory.join('datagram') },
  });
  expect(await program.exit).toMatchObject({ code: 0, stderr: '' });
});
