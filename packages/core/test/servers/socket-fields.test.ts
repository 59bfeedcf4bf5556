import { describe, expect, test } from '@jest/globals';
import { TCPServer, UDPServer, UnixDatagramServer, UnixStreamServer } from '@socketserver/core';
import { NullHandler, openToAll, TemporaryDirectory } from '../support/servers.js';

const LOCAL = { host: '127.0.0.1', port: 0 };

interface Listens {
  listen(): Promise<void>;
  close(): Promise<unknown>;
}

async function codeAndMessage(server: Listens, fields: object): Promise<{ code: string; message: string }> {
  const error: unknown = await Object.assign(server, fields)
    .listen()
    .then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
  await server.close();
  const { code = '', message = '' } = (error ?? {}) as { code?: string; message?: string };
  return { code, message };
}

describe('what a server cannot honour is refused by listen(), by name', () => {
  const abstract = `\0socket-fields-${process.pid}`;
  test.each<[string, () => Listens, object, string]>([
    [
      'TCP',
      () => new TCPServer(LOCAL, NullHandler),
      { allowReuseAddress: false },
      'true for a TCP server, got false',
    ],
    [
      'TCP',
      () => new TCPServer(LOCAL, NullHandler),
      { ipv6Only: true },
      'false with the IPv4 host 127.0.0.1, got true',
    ],
    [
      'UDP',
      () => new UDPServer(LOCAL, NullHandler),
      { ipv6Only: true },
      'false with the IPv4 host 127.0.0.1, got true',
    ],
    [
      'UDP',
      () => new UDPServer(LOCAL, NullHandler),
      { requestQueueSize: 5 },
      'left alone for a datagram server, got 5',
    ],
    ...[UnixStreamServer, UnixDatagramServer].flatMap((Server): [string, () => Listens, object, string][] => [
      [
        Server.name,
        () => new Server('/tmp/never', NullHandler),
        { allowReusePort: true },
        'false for a Unix server, got true',
      ],
      [
        Server.name,
        () => new Server('/tmp/never', NullHandler),
        { ipv6Only: true },
        'false for a Unix server, got true',
      ],
      [
        Server.name,
        () => new Server('/tmp/never', NullHandler),
        { maxConnectionsPerHost: 3 },
        'Infinity for a Unix server, got 3',
      ],
      [
        Server.name,
        () => new Server(abstract, NullHandler),
        {},
        '0o666 with an abstract name, got "0o600"; everybody on this machine reaches such a name: set it so',
      ],
      [
        Server.name,
        () => new Server(abstract, NullHandler),
        { mode: 0o640 },
        '0o666 with an abstract name, got "0o640"; everybody on this machine reaches such a name: set it so',
      ],
      [
        Server.name,
        () => openToAll(new Server(abstract, NullHandler)),
        { chown: { uid: 0, gid: 0 } },
        'null with an abstract name, got an object',
      ],
    ]),
    [
      'UnixStreamServer',
      () => new UnixStreamServer('/tmp/never', NullHandler),
      { keepAlive: 60_000 },
      'null for a Unix server, got 60000',
    ],
  ])('%s', async (...[, make, fields, expected]) => {
    const { code, message } = await codeAndMessage(make(), fields);
    expect(code).toBe('ERR_SOCKETSERVER_UNSUPPORTED');
    expect(message).toContain(`Expected \`${Object.keys(fields)[0] ?? 'mode'}\` to be ${expected}`);
  });

  // The socket is bound and has its rights already.
  test.each([
    ['TCPServer', { allowReusePort: true }],
    ['TCPServer', { ipv6Only: true }],
    ['UDPServer', { allowReusePort: true }],
    ['UDPServer', { allowReuseAddress: true }],
    ['UDPServer', { ipv6Only: true }],
    ['UnixStreamServer', { mode: 0o666 }],
    ['UnixStreamServer', { chown: { uid: 0, gid: 0 } }],
    ['UnixDatagramServer', { mode: 0o666 }],
    ['UnixDatagramServer', { chown: { uid: 0, gid: 0 } }],
  ] as const)('%s with {fd}: %j', async (name, fields) => {
    using directory = new TemporaryDirectory();
    const owners = {
      TCPServer: () => new TCPServer(LOCAL, NullHandler),
      UDPServer: () => new UDPServer(LOCAL, NullHandler),
      UnixStreamServer: () => new UnixStreamServer(directory.join('s'), NullHandler),
      UnixDatagramServer: () => new UnixDatagramServer(directory.join('s'), NullHandler),
    };
    const heirs = { TCPServer, UDPServer, UnixStreamServer, UnixDatagramServer };
    await using owner = owners[name]();
    await owner.listen();
    const { code, message } = await codeAndMessage(
      new heirs[name]({ fd: owner.fileno() }, NullHandler),
      fields,
    );
    expect(code).toBe('ERR_SOCKETSERVER_UNSUPPORTED');
    expect(message).toMatch(
      new RegExp(`^Expected \`${Object.keys(fields)[0]}\` to be .* with \`\\{fd\\}\`, got `),
    );
  });
});

test.each([0, -1, 999, 1_000.5, 32_767_001, Number.NaN, Infinity, '60000', undefined])(
  'keepAlive %p fails listen()',
  async (keepAlive) => {
    const { code, message } = await codeAndMessage(new TCPServer(LOCAL, NullHandler), { keepAlive });
    expect(code).toBe('ERR_SOCKETSERVER_BAD_ARGUMENT');
    expect(message).toMatch(
      /^Expected `keepAlive` to be null, or an integer of milliseconds from 1000 to 32767000, got/,
    );
  },
);

test.each([1_000, 32_767_000])('keepAlive %p is taken', async (keepAlive) => {
  expect(await codeAndMessage(new TCPServer(LOCAL, NullHandler), { keepAlive })).toEqual({
    code: '',
    message: '',
  });
});

test.each([
  ['UnixStreamServer', UnixStreamServer],
  ['UnixDatagramServer', UnixDatagramServer],
])('mode of a %s: what is no mode fails listen(), 600 for 0o600 too', async (_, Server) => {
  using directory = new TemporaryDirectory();
  for (const [mode, got] of [
    [600, '"0o1130"'],
    [-1, '"0o0-1"'],
    [0o1000, '"0o1000"'],
    [1.5, '"0o1.4"'],
    ['0600', '"0600"'],
    [null, 'null'],
  ] as const) {
    const { code, message } = await codeAndMessage(new Server(directory.join('s'), NullHandler), { mode });
    expect({ code, message }).toEqual({
      code: 'ERR_SOCKETSERVER_BAD_ARGUMENT',
      message: `Expected \`mode\` to be an integer from 0o000 to 0o777, got ${got}`,
    });
  }
});

test('a subclass looks at fields of its own before anything is opened', async () => {
  class Picky extends TCPServer {
    protected override checkFields(): void {
      super.checkFields();
      throw new Error('not today');
    }
  }
  const server = new Picky(LOCAL, NullHandler);
  await expect(server.listen()).rejects.toThrow('not today');
  expect(server.socket).toBeUndefined();
});
