import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import type { Socket } from 'node:net';
import { describe, expect, test } from '@jest/globals';
import {
  AsyncTCPServer,
  AsyncUnixStreamServer,
  BaseRequestHandler,
  TCPServer,
  UnixStreamServer,
} from '@socketserver/core';
import { waitingAt } from '../support/backlog.js';
import { Child, fixture, pathOf, startFixture } from '../support/child.js';
import { ask, connectTo, readAll } from '../support/clients.js';
import {
  Gate,
  NullHandler,
  openToAll,
  TemporaryDirectory,
  UpperHandler,
  serving,
  until,
} from '../support/servers.js';

const ANY_PORT = { host: '127.0.0.1', port: 0 };

/** Python opens a socket, and becomes the fixture: the socket is inherited. */
function inheritedBy(server: string, socket: string, flags: readonly string[] = []): Child {
  const program = `
import json, os, socket, sys
${socket}
s.set_inheritable(True)
os.execv(sys.argv[1], sys.argv[1:4] + [json.dumps({'fd': s.fileno()})])`;
  const args = ['-c', program, process.execPath, pathOf(fixture('listen.mjs')), server, ...flags];
  return new Child('python3', args, {});
}

describe('the address families', () => {
  test.each([
    [{ host: '127.0.0.1', port: 0 }, 'AF_INET', { host: '127.0.0.1', family: 'IPv4' }],
    [{ host: '::1', port: 0 }, 'AF_INET6', { host: '::1', family: 'IPv6' }],
    [{ host: '0.0.0.0', port: 0 }, 'AF_INET', { host: '0.0.0.0', family: 'IPv4' }],
  ])('%j', async (address, addressFamily, bound) => {
    await using server = await serving(new TCPServer(address, UpperHandler));
    expect(server).toMatchObject({ addressFamily, socketType: 'stream', serverAddress: bound });
    expect(server.serverAddress.port).toBeGreaterThan(0);
    expect(await ask(server.serverAddress, 'hello\n')).toBe('HELLO\n');
  });

  test.each([{ host: 'localhost', port: 0 }, { port: 0 }, { host: '', port: 0 }])('%j', async (address) => {
    await using server = await serving(new TCPServer(address, UpperHandler));
    const { host, port, family } = server.serverAddress;
    expect(server.addressFamily).toBe(family === 'IPv6' ? 'AF_INET6' : 'AF_INET');
    const reachable = host === '::' ? '::1' : host;
    expect(await ask({ host: reachable, port, family }, 'hello\n')).toBe('HELLO\n');
  });

  test('an abstract Unix name leaves no file, and can be used again', async () => {
    const path = `\0core-test-${process.pid}`;
    for (let round = 0; round < 2; round++) {
      await using server = await serving(openToAll(new UnixStreamServer(path, UpperHandler)));
      expect(server).toMatchObject({ addressFamily: 'AF_UNIX', serverAddress: { path } });
      expect(await ask({ path }, 'hello\n')).toBe('HELLO\n');
    }
  });

  test('an abstract Unix name that is taken is an error of the system', async () => {
    const path = `\0core-test-${process.pid}`;
    await using first = await serving(openToAll(new UnixStreamServer(path, UpperHandler)));
    await expect(openToAll(new UnixStreamServer(path, UpperHandler)).listen()).rejects.toMatchObject({
      code: 'EADDRINUSE',
    });
    expect(await ask(first.serverAddress, 'hello\n')).toBe('HELLO\n');
  });
});

describe('errors of the system come unchanged, and leave nothing open', () => {
  test('a port in use', async () => {
    await using first = new TCPServer(ANY_PORT, NullHandler);
    await first.listen();
    const { host, port } = first.serverAddress;
    const second = new TCPServer({ host, port }, NullHandler);
    await expect(second.listen()).rejects.toMatchObject({
      code: 'EADDRINUSE',
      syscall: 'listen',
      address: host,
      port,
    });
    expect([second.state, second.fileno()]).toEqual(['closed', -1]);
    // A server that failed stays closed; the way on is a new one.
    await expect(second.serveForever()).rejects.toMatchObject({ code: 'ERR_SOCKETSERVER_CLOSED' });
    await first.close();
    await using third = new TCPServer({ host, port }, NullHandler);
    await third.listen();
    expect(third.serverAddress.port).toBe(port);
  });

  test('an address that is not ours', async () => {
    // RFC 5737: for documentation, so no machine has it.
    const server = new TCPServer({ host: '192.0.2.1', port: 0 }, NullHandler);
    await expect(server.listen()).rejects.toMatchObject({ code: 'EADDRNOTAVAIL' });
    expect(server.fileno()).toBe(-1);
  });
});

describe('an inherited socket', () => {
  test('of TCP', async () => {
    await using child = inheritedBy('TCPServer', `s = socket.create_server(('127.0.0.1', 0))`);
    const address = await child.message<{ host: string; port: number; family: 'IPv4' }>();
    expect(address).toEqual({ host: '127.0.0.1', port: expect.any(Number), family: 'IPv4' });
    expect(await ask(address, 'hello\n')).toBe('hello\n');
    expect(await ask(address, 'again\n')).toBe('again\n');
    child.send('end');
    expect(await child.exit).toMatchObject({ code: 0, stderr: '' });
  });

  test('of a Unix stream, whose name is known', async () => {
    using directory = new TemporaryDirectory();
    const path = directory.join('s');
    await using child = inheritedBy(
      'UnixStreamServer',
      `s = socket.socket(socket.AF_UNIX); s.bind('${path}'); s.listen()`,
    );
    expect(await child.message()).toEqual({ path });
    expect(await ask({ path }, 'hello\n')).toBe('hello\n');
    child.send('end');
    expect(await child.exit).toMatchObject({ code: 0, stderr: '' });
    // Whoever made the file removes it.
    expect(existsSync(path)).toBe(true);
  });
});

describe('allowReusePort', () => {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const isSupported = major > 23 || (major === 23 && minor >= 1) || (major === 22 && minor >= 12);

  async function listening(port: number): Promise<TCPServer> {
    const server = new TCPServer({ host: '127.0.0.1', port }, UpperHandler);
    server.allowReusePort = true;
    await server.listen();
    return server;
  }

  if (isSupported) {
    test('lets two servers have one port', async () => {
      await using first = await listening(0);
      await using second = await listening(first.serverAddress.port);
      expect(second.serverAddress).toEqual(first.serverAddress);
    });
  } else {
    test('is refused by a Node that would ignore it', async () => {
      await expect(listening(0)).rejects.toMatchObject({
        code: 'ERR_SOCKETSERVER_UNSUPPORTED',
        message: expect.stringContaining('Expected Node 22.12 or newer'),
      });
    });
  }
});

/** Keeps every client until the test lets it go; then answers with its turn. */
class Turns {
  readonly started: Gate[] = [];

  get Handler() {
    const { started } = this;
    return class extends BaseRequestHandler {
      override async handle(): Promise<void> {
        const gate = new Gate();
        const turn = started.push(gate);
        await gate.opened;
        this.request.end(`turn ${turn}`);
      }
    };
  }

  /** Lets the `turn`th client go. */
  release(turn: number): void {
    this.started[turn - 1]?.open();
  }
}

function connectMany(server: TCPServer, count: number): Promise<Socket[]> {
  return Promise.all(Array.from({ length: count }, () => connectTo(server.serverAddress)));
}

describe('the backlog of the kernel', () => {
  test('keeps the later clients of a server that takes one at a time', async () => {
    const turns = new Turns();
    await using server = await serving(new TCPServer(ANY_PORT, turns.Handler));
    const { port } = server.serverAddress;
    const clients = await connectMany(server, 5);
    for (let turn = 1; turn <= 5; turn++) {
      await until(() => turns.started.length === turn);
      expect([server.stats().accepted, waitingAt(port)]).toEqual([turn, 5 - turn]);
      turns.release(turn);
    }
    const answers = await Promise.all(clients.map(readAll));
    expect(answers.toSorted()).toEqual(['turn 1', 'turn 2', 'turn 3', 'turn 4', 'turn 5']);
  });

  test('keeps clients between two runs of the loop', async () => {
    await using server = new TCPServer(ANY_PORT, UpperHandler);
    await server.listen();
    const { port } = server.serverAddress;
    for (let run = 1; run <= 3; run++) {
      const answer = ask(server.serverAddress, `run ${run}\n`);
      await until(() => waitingAt(port) === 1);
      expect(server.state).toBe('listening');
      const served = server.serveForever();
      expect(await answer).toBe(`RUN ${run}\n`);
      await server.shutdown();
      await served;
    }
    expect(server.stats()).toMatchObject({ accepted: 3, completed: 3 });
  });

  test('keeps all but the one that handleRequest takes', async () => {
    await using server = new TCPServer(ANY_PORT, UpperHandler);
    await server.listen();
    const { port } = server.serverAddress;
    const answers = [1, 2, 3].map((number) => ask(server.serverAddress, `client ${number}\n`));
    await until(() => waitingAt(port) === 3);
    for (const left of [2, 1, 0]) {
      await server.handleRequest();
      expect(waitingAt(port)).toBe(left);
    }
    expect((await Promise.all(answers)).toSorted()).toEqual(['CLIENT 1\n', 'CLIENT 2\n', 'CLIENT 3\n']);
  });

  test('survives a thousand pauses without a client or a descriptor lost', async () => {
    await using server = await serving(new TCPServer(ANY_PORT, UpperHandler));
    const before = server.fileno();
    for (let count = 0; count < 1_000; count++) {
      expect(await ask(server.serverAddress, 'x\n')).toBe('X\n');
    }
    await server.shutdown();
    // The kernel gives out the lowest free number: were one lost each time, this would be far higher.
    expect(server.fileno()).toBeLessThan(before + 20);
    expect(server.stats()).toMatchObject({ accepted: 1_000, completed: 1_000 });
  });

  test.each([
    ['TCP', () => new AsyncTCPServer(ANY_PORT, NullHandler)],
    ['Unix', () => openToAll(new AsyncUnixStreamServer(`\0core-closing-${process.pid}`, NullHandler))],
  ])('is emptied when the server closes: nobody waits for ever (%s)', async (_, make) => {
    const server = make();
    await server.listen();
    const client = await connectTo(server.serverAddress);
    const ended = readAll(client).catch((error: unknown) => error);
    await server.close();
    expect(await ended).toMatchObject({ code: 'ECONNRESET' });
    client.destroy();
  });
});

describe('maxConnections', () => {
  test('is exactly how many run at once', async () => {
    const turns = new Turns();
    const server = new AsyncTCPServer(ANY_PORT, turns.Handler);
    server.maxConnections = 3;
    await using _ = await serving(server);
    const { port } = server.serverAddress;
    const clients = await connectMany(server, 7);
    for (let turn = 1; turn <= 4; turn++) {
      await until(() => turns.started.length === turn + 2 && waitingAt(port) === 5 - turn);
      expect(server.stats().active).toBe(3);
      turns.release(turn);
    }
    await until(() => turns.started.length === 7);
    for (const turn of [5, 6, 7]) turns.release(turn);
    expect((await Promise.all(clients.map(readAll))).toSorted()).toEqual(
      Array.from({ length: 7 }, (_, at) => `turn ${at + 1}`),
    );
  });

  test('can be raised and lowered while all of them are busy', async () => {
    const turns = new Turns();
    const server = new AsyncTCPServer(ANY_PORT, turns.Handler);
    server.maxConnections = 1;
    await server.listen();
    const served = server.serveForever({ pollInterval: 5 });
    const { port } = server.serverAddress;
    const clients = await connectMany(server, 6);
    await until(() => server.stats().active === 1 && waitingAt(port) === 5);
    server.maxConnections = 4;
    await until(() => server.stats().active === 4 && waitingAt(port) === 2);
    server.maxConnections = 2;
    // Those that are running go on; nobody is taken until fewer than two are left.
    turns.release(1);
    turns.release(2);
    await until(() => server.stats().active === 2);
    expect(waitingAt(port)).toBe(2);
    turns.release(3);
    await until(() => server.stats().active === 2 && waitingAt(port) === 1);
    await until(() => turns.started.length === 5);
    for (const turn of [4, 5]) turns.release(turn);
    await until(() => turns.started.length === 6);
    turns.release(6);
    await Promise.all(clients.map(readAll));
    await server.close();
    await served;
  });
});

test('out of descriptors, clients wait in the backlog, one error is told of, and all are answered', async () => {
  const CLIENTS = 200;
  const limit = ['--nofile=96:96', process.execPath, pathOf(fixture('crowded.mjs'))];
  await using child = new Child('prlimit', limit, {});
  const { port } = await child.message<{ port: number }>();
  const address = { host: '127.0.0.1', port, family: 'IPv4' } as const;
  const clients = await Promise.all(Array.from({ length: CLIENTS }, () => connectTo(address)));
  expect(await child.message()).toBe('crowded');
  // Most are still in the backlog; each is answered when its turn comes, while others have gone.
  expect(waitingAt(port)).toBeGreaterThan(CLIENTS / 2);
  const answers = await Promise.all(
    clients.map(async (client, number) => {
      client.end(`client ${number}\n`);
      return readAll(client);
    }),
  );
  expect(answers).toEqual(Array.from({ length: CLIENTS }, (_, number) => `client ${number}\n`));
  child.send('end');
  expect(await child.message()).toMatchObject({
    reports: [{ code: 'EMFILE', message: expect.stringContaining('raise the limit (ulimit -n)') }],
    published: 1,
    stats: { accepted: CLIENTS, completed: CLIENTS, active: 0, failed: 0, rejected: 0 },
  });
  expect(await child.exit).toMatchObject({ code: 0, stderr: '' });
});

test.each([
  ['', 0],
  [', just after it was asked for', 1],
])('a limit of descriptors that is lowered while the server runs loses no client%s', async (_, before) => {
  const CLIENTS = 60;
  await using child = startFixture('crowded.mjs');
  const { port } = await child.message<{ port: number }>();
  const { pid } = child.process;
  const limit = (soft: string | number): void => {
    expect(spawnSync('prlimit', [`--pid=${pid}`, `--nofile=${soft}:`]).status).toBe(0);
  };
  const soft = spawnSync('prlimit', [`--pid=${pid}`, '--nofile', '--noheadings', '--output=SOFT']);
  const address = { host: '127.0.0.1', port, family: 'IPv4' } as const;
  for (let client = 0; client < before; client++) await ask(address, '\n');
  // All numbers up to the limit are taken, but for three.
  const open = new Set(readdirSync(`/proc/${pid}/fd`));
  let end = 0;
  for (let free = 0; free < 3; end++) if (!open.has(String(end))) free++;
  limit(end);
  const answers = Array.from({ length: CLIENTS }, (_, number) => ask(address, `client ${number}\n`));
  expect(await child.message()).toBe('crowded');
  limit(soft.stdout.toString().trim());
  expect(await Promise.all(answers)).toEqual(
    Array.from({ length: CLIENTS }, (_, number) => `client ${number}\n`),
  );
  child.send('end');
  expect(await child.message()).toMatchObject({
    reports: [{ code: 'EMFILE' }],
    stats: { accepted: before + CLIENTS, completed: before + CLIENTS, active: 0, failed: 0, rejected: 0 },
  });
});
