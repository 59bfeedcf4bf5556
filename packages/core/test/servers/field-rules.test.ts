import { connect, type Socket } from 'node:net';
import { describe, expect, test } from '@jest/globals';
import {
  AsyncTCPServer,
  AsyncUnixStreamServer,
  BaseRequestHandler,
  TCPServer,
  UDPServer,
  UnixDatagramServer,
  UnixStreamServer,
  type BaseServer,
  type BoundAddress,
} from '@socketserver/core';
import { freezeFields, watchFields } from '@socketserver/core/workers';
import { ask } from '../support/clients.js';
import { Gate, NullHandler, serving, TemporaryDirectory, until, UpperHandler } from '../support/servers.js';

const LOCAL = { host: '127.0.0.1', port: 0 };

const EVERY_FROZEN = {
  requestQueueSize: 5,
  allowReusePort: true,
  concurrent: true,
  pauseOnConnect: true,
} as const;

const EVERY_LIVE = {
  maxConnections: [1, Infinity],
  acceptRate: [0.5, Infinity],
  overload: ['reject', 'pause', () => 'accept'],
  timeout: [0, null],
  requestTimeout: [1, null],
  timeoutGrace: [0, 10],
  closeDelay: [0, 10],
  blockOnClose: [false, true],
  context: [{ any: 'thing' }],
} as const;

const EVERY_BAD = {
  maxConnections: [0, Number.NaN, '10', null],
  acceptRate: [0, -1, '5'],
  overload: ['drop', null],
  timeout: [-1, '1'],
  requestTimeout: [-1, Infinity],
  timeoutGrace: [-1, null],
  closeDelay: [Number.NaN, null],
} as const;

interface Kind {
  readonly name: string;
  readonly make: (path: string) => BaseServer;
  readonly frozen: Record<string, unknown>;
  readonly live: Record<string, readonly unknown[]>;
  readonly bad: Record<string, readonly unknown[]>;
}

const STREAM_LIVE = {
  handshakeTimeout: [1, null],
  writeTimeout: [1, null],
  maxReadSize: [1, null, Infinity],
};
const STREAM_BAD = { handshakeTimeout: [-1], writeTimeout: [-1, '1'], maxReadSize: [0, 1.5, '5'] };
const HOSTS_BAD = { maxConnectionsPerHost: [0, '5'], hostPrefixIPv6: [0, 129, 0.5] };
const OF_HOSTS = { maxConnectionsPerHost: [1, Infinity], hostPrefixIPv6: [1, 64] };
const OF_FILES = { mode: 0o666, chown: { uid: 1, gid: 1 } };
const OF_DATAGRAMS = { maxPacketSize: 100, maxQueuedDatagrams: 5, dropFirst: 'oldest' };

const KINDS: readonly Kind[] = [
  {
    name: 'TCPServer',
    make: () => new TCPServer(LOCAL, NullHandler),
    frozen: { ...EVERY_FROZEN, allowReuseAddress: false, ipv6Only: true, keepAlive: 5_000 },
    live: { ...EVERY_LIVE, ...STREAM_LIVE, ...OF_HOSTS },
    bad: { ...EVERY_BAD, ...STREAM_BAD, ...HOSTS_BAD },
  },
  {
    name: 'UDPServer',
    make: () => new UDPServer(LOCAL, NullHandler),
    frozen: { ...EVERY_FROZEN, ...OF_DATAGRAMS, allowReuseAddress: true, ipv6Only: true },
    live: { ...EVERY_LIVE, ...OF_HOSTS },
    bad: { ...EVERY_BAD, ...HOSTS_BAD },
  },
  {
    name: 'UnixStreamServer',
    make: (path) => new UnixStreamServer(path, NullHandler),
    frozen: { ...EVERY_FROZEN, ...OF_FILES, allowReuseAddress: false, keepAlive: 5_000 },
    live: { ...EVERY_LIVE, ...STREAM_LIVE },
    bad: { ...EVERY_BAD, ...STREAM_BAD },
  },
  {
    name: 'UnixDatagramServer',
    make: (path) => new UnixDatagramServer(path, NullHandler),
    frozen: { ...EVERY_FROZEN, ...OF_FILES, ...OF_DATAGRAMS, allowReuseAddress: false },
    live: { ...EVERY_LIVE, writeTimeout: [1, null] },
    bad: { ...EVERY_BAD, writeTimeout: [-1, '1'] },
  },
];

describe.each(KINDS)('a $name that listens', ({ make, frozen, live, bad }) => {
  const listening = async (path: string): Promise<BaseServer & Record<string, unknown>> => {
    const server = make(path);
    await server.listen();
    return server as unknown as BaseServer & Record<string, unknown>;
  };

  test('has frozen fields, each of which throws when it is set to another value', async () => {
    using directory = new TemporaryDirectory();
    await using server = await listening(directory.join('server'));
    for (const [name, value] of Object.entries(frozen)) {
      const before = server[name];
      expect(() => Object.assign(server, { [name]: value })).toThrow(
        expect.objectContaining({
          code: 'ERR_SOCKETSERVER_FROZEN_FIELD',
          message: expect.stringMatching(
            `Expected \`${name}\` to be set before listen\\(\\), got a new value .+`,
          ),
        }),
      );
      expect(server[name]).toBe(before);
      Object.assign(server, { [name]: before });
    }
  });

  test('has live fields, which can be set', async () => {
    using directory = new TemporaryDirectory();
    await using server = await listening(directory.join('server'));
    for (const [name, values] of Object.entries(live)) {
      for (const value of values) {
        Object.assign(server, { [name]: value });
        expect(server[name]).toBe(value);
      }
    }
    server.blockOnClose = true;
  });

  test('keeps the old value of a live field when the new one cannot be', async () => {
    using directory = new TemporaryDirectory();
    await using server = await listening(directory.join('server'));
    for (const [name, values] of Object.entries(bad)) {
      const before = server[name];
      for (const value of values) {
        expect(() => Object.assign(server, { [name]: value })).toThrow(
          expect.objectContaining({
            code: 'ERR_SOCKETSERVER_BAD_ARGUMENT',
            message: expect.stringContaining(`Expected \`${name}\` to be`),
          }),
        );
        expect(server[name]).toBe(before);
      }
    }
  });
});

test('before listen(), and after one that failed, any field takes any value', async () => {
  const server = Object.assign(new TCPServer(LOCAL, NullHandler), { maxConnections: 0 });
  await expect(server.listen()).rejects.toMatchObject({ code: 'ERR_SOCKETSERVER_BAD_ARGUMENT' });
  server.keepAlive = -1;
  server.maxConnections = -1;
});

test.each([
  ['maxConnectionsPerHost', 5],
  ['hostPrefixIPv6', 56],
])('a Unix server refuses %s at any time', async (name, value) => {
  using directory = new TemporaryDirectory();
  for (const Server of [UnixStreamServer, UnixDatagramServer]) {
    await using server = new Server(directory.join(Server.name), NullHandler);
    await server.listen();
    const before: unknown = Reflect.get(server, name);
    expect(() => Object.assign(server, { [name]: value })).toThrow(
      expect.objectContaining({ code: 'ERR_SOCKETSERVER_UNSUPPORTED' }),
    );
    expect(server).toMatchObject({ [name]: before });
  }
});

describe('what is set while a server serves takes effect:', () => {
  /** Holds every request until the test lets all of them go. */
  class Held {
    started = 0;
    readonly gate = new Gate();
    readonly Handler = ((held: Held) =>
      class extends BaseRequestHandler<never> {
        override async handle(): Promise<void> {
          held.started++;
          await held.gate.opened;
        }
      })(this);
  }

  test.each([
    ['AsyncTCPServer', () => LOCAL],
    ['AsyncUnixStreamServer', (directory: TemporaryDirectory) => directory.join('server')],
  ] as const)('maxConnections of %s, at once when it is raised', async (name, addressIn) => {
    using directory = new TemporaryDirectory();
    const held = new Held();
    const Server = { AsyncTCPServer, AsyncUnixStreamServer }[name] as typeof AsyncTCPServer;
    const server = new Server(addressIn(directory) as typeof LOCAL, held.Handler);
    server.maxConnections = 1;
    await server.listen();
    void server.serveForever({ pollInterval: 60_000 });
    await using _ = server;
    const { serverAddress } = server;
    const clients = [1, 2, 3].map(() => connectTo(serverAddress));
    await until(() => held.started === 1);
    expect(server.stats()).toMatchObject({ accepted: 1, active: 1 });
    server.maxConnections = 2;
    await until(() => held.started === 2);
    server.maxConnections = 3;
    await until(() => held.started === 3);
    held.gate.open();
    for (const client of clients) client.destroy();
  });

  test('requestTimeout, for requests that begin afterwards', async () => {
    const held = new Held();
    class Server extends AsyncTCPServer {
      readonly errors: unknown[] = [];
      changes = 0;
      override timeoutGrace = 1;
      override handleError(error: unknown): void {
        this.errors.push(error);
      }
      protected override limitsChanged(): void {
        this.changes++;
        expect(this.requestLimits?.requestTimeout).toBe(this.requestTimeout);
      }
    }
    await using server = await serving(new Server(LOCAL, held.Handler));
    const { serverAddress } = server;
    const before = connectTo(serverAddress);
    await until(() => held.started === 1);
    server.requestTimeout = 20;
    expect(server.changes).toBe(1);
    const after = connectTo(serverAddress);
    await until(() => server.errors.length > 0);
    expect(server.errors).toMatchObject([
      { code: 'ERR_SOCKETSERVER_TIMEOUT', message: expect.stringContaining('requestTimeout') },
    ]);
    expect(server.stats()).toMatchObject({ active: 1, failed: 1 });
    held.gate.open();
    for (const client of [before, after]) client.destroy();
  });

  test('overload: a client that waited is turned away', async () => {
    const held = new Held();
    const server = new AsyncTCPServer(LOCAL, held.Handler);
    server.maxConnections = 1;
    await using _ = await serving(server);
    const { serverAddress } = server;
    const first = connectTo(serverAddress);
    await until(() => held.started === 1);
    const second = connectTo(serverAddress);
    server.overload = 'reject';
    await until(() => server.stats().rejected === 1);
    expect(server.stats()).toMatchObject({ active: 1 });
    held.gate.open();
    for (const client of [first, second]) client.destroy();
  });

  test('acceptRate, also for whoever waits for the old one', async () => {
    const server = new AsyncTCPServer(LOCAL, UpperHandler);
    server.acceptRate = 0.001;
    await using _ = await serving(server);
    expect(await ask(server.serverAddress, 'one\n')).toBe('ONE\n');
    const answer = ask(server.serverAddress, 'two\n');
    server.acceptRate = Infinity;
    expect(await answer).toBe('TWO\n');
  });

  test('timeout, for the next handleRequest()', async () => {
    await using server = new TCPServer(LOCAL, NullHandler);
    await server.listen();
    server.timeout = 1;
    await server.handleRequest();
    expect(server.stats().accepted).toBe(0);
  });

  test('closeDelay, for a close() that comes afterwards', async () => {
    await using server = await serving(new AsyncTCPServer(LOCAL, UpperHandler));
    const { serverAddress } = server;
    await ask(serverAddress, 'hello\n');
    server.closeDelay = 0;
    const client = connectTo(serverAddress);
    await until(() => server.stats().active === 1);
    expect(await server.close()).toMatchObject({ drained: 1 });
    client.destroy();
  });
});

/** A reset is no matter: it is what becomes of a client that is turned away. */
function connectTo(address: BoundAddress): Socket {
  const socket = 'path' in address ? connect(address.path) : connect(address.port, address.host);
  return socket.on('error', () => {});
}

describe('a mixin', () => {
  class Extended extends TCPServer {
    workers = 1;
    color = 'red';
    settings: number[] = [];

    protected override guardFields(): void {
      super.guardFields();
      freezeFields(this, ['color']);
      watchFields(this, {
        workers: { onSet: () => this.settings.push(this.workers) },
        maxConnections: {
          check: (value: number) => {
            if (value > 100) throw new RangeError('too many');
          },
        },
        nothing: { onSet: () => this.settings.push(-1) },
      });
    }
  }

  test('has rules for its own fields', async () => {
    await using server = new Extended(LOCAL, NullHandler);
    server.color = 'blue';
    server.workers = 2;
    await server.listen();
    server.workers = 3;
    expect(server.settings).toEqual([3]);
    expect(() => {
      server.color = 'red';
    }).toThrow('Expected `color` to be set before listen(), got a new value "red" on a server that listens');
    expect(server).toMatchObject({ color: 'blue', workers: 3 });
    expect('nothing' in server).toBe(false);
  });

  test('adds a rule to a field that has one', async () => {
    await using server = new Extended(LOCAL, NullHandler);
    await server.listen();
    for (const [value, message] of [
      [0, 'Expected `maxConnections` to be'],
      [101, 'too many'],
    ] as const) {
      expect(() => {
        server.maxConnections = value;
      }).toThrow(message);
    }
    server.maxConnections = 100;
    expect(server.maxConnections).toBe(100);
  });
});
