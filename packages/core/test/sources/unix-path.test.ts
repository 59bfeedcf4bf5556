import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { UnixDatagramServer, UnixStreamServer } from '@socketserver/core';
import { startFixture } from '../support/child.js';
import { connectTo } from '../support/clients.js';
import { leaveDeadSocket, NullHandler, TemporaryDirectory, serving } from '../support/servers.js';

const KINDS = [
  ['UnixStreamServer', UnixStreamServer],
  ['UnixDatagramServer', UnixDatagramServer],
] as const;

describe.each(KINDS)('the path of a %s', (kind, Server) => {
  test('exists while the server listens, with mode 0600, and nothing else does', async () => {
    using directory = new TemporaryDirectory();
    const path = directory.join('s');
    const server = new Server(path, NullHandler);
    expect(existsSync(path)).toBe(false);
    await server.listen();
    expect(server.serverAddress).toEqual({ path });
    expect(lstatSync(path).isSocket()).toBe(true);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(directory.path)).toEqual(['s']);
    await server.close();
    expect(readdirSync(directory.path)).toEqual([]);
  });

  test('belongs to whom the field says, if this process may give files away', async () => {
    using directory = new TemporaryDirectory();
    await using server = new Server(directory.join('s'), NullHandler);
    const isRoot = process.getuid?.() === 0;
    const owner = { uid: isRoot ? 12_345 : process.getuid!(), gid: isRoot ? 54_321 : process.getgid!() };
    server.chown = owner;
    await server.listen();
    expect(statSync(directory.join('s'))).toMatchObject(owner);
    expect(statSync(directory.join('s')).mode & 0o777).toBe(0o600);
  });

  test.each<[string, (directory: string) => void]>([
    ['ENOTDIR', (directory) => writeFileSync(directory, '')],
    ['ELOOP', (directory) => symlinkSync(directory, directory)],
  ])(
    'that cannot be removed any more (%s) is told of once, and close() ends the server',
    async (code, replace) => {
      using directory = new TemporaryDirectory();
      mkdirSync(directory.join('d'));
      const server = new Server(directory.join('d/s'), NullHandler);
      const codes: unknown[] = [];
      server.handleError = (error: unknown) => void codes.push((error as NodeJS.ErrnoException).code);
      await server.listen();
      const loop = server.serveForever();
      renameSync(directory.join('d'), directory.join('moved'));
      replace(directory.join('d'));
      await server.close();
      await loop;
      expect(codes).toEqual([code]);
      expect({ state: server.state, fileno: server.fileno() }).toEqual({ state: 'closed', fileno: -1 });
    },
  );

  test('a bad owner fails listen(), and leaves nothing', async () => {
    using directory = new TemporaryDirectory();
    const server = new Server(directory.join('s'), NullHandler);
    server.chown = { uid: -5, gid: 0 };
    await expect(server.listen()).rejects.toMatchObject({ code: 'ERR_OUT_OF_RANGE' });
    expect(readdirSync(directory.path)).toEqual([]);
  });

  test.each([0o666, 0o660, 0o600])(
    'has the mode that the field says, whatever the umask is (%o)',
    async (mode) => {
      using directory = new TemporaryDirectory();
      await using server = new Server(directory.join('s'), NullHandler);
      server.mode = mode;
      const umask = process.umask(0o077);
      try {
        await server.listen();
      } finally {
        process.umask(umask);
      }
      expect(statSync(directory.join('s')).mode & 0o777).toBe(mode);
    },
  );

  // The longer the directory's name, the less room there is for the place where the socket is made.
  test.each([1, 2, 8, 60])('may be exactly 107 bytes long (the last part %i)', async (length) => {
    using directory = new TemporaryDirectory();
    const parent = directory.join('d'.repeat(106 - length - directory.path.length - 1));
    mkdirSync(parent);
    writeFileSync(join(parent, 'a'), 'somebody else');
    const path = join(parent, 'b'.repeat(length));
    expect(Buffer.byteLength(path)).toBe(107);
    await using server = await serving(new Server(path, NullHandler));
    expect(server.serverAddress).toEqual({ path });
    expect(readdirSync(parent).toSorted()).toEqual(['a', 'b'.repeat(length)]);
    await server.close();
    expect(readdirSync(parent)).toEqual(['a']);
  });

  test.each([
    ['a regular file', (path: string) => writeFileSync(path, 'mine')],
    ['a symbolic link to nowhere', (path: string) => symlinkSync('/nowhere/at/all', path)],
  ])('that is %s is refused, and left alone', async (_, make) => {
    using directory = new TemporaryDirectory();
    const path = directory.join('s');
    make(path);
    const { ino } = lstatSync(path);
    const server = new Server(path, NullHandler);
    await expect(server.listen()).rejects.toMatchObject({
      code: 'ERR_SOCKETSERVER_PATH_TAKEN',
      message: expect.stringContaining(`at ${path}; it was left alone`),
    });
    await server.close();
    expect(lstatSync(path).ino).toBe(ino);
    expect(readdirSync(directory.path)).toEqual(['s']);
  });

  test('that is a symbolic link to a live socket is refused, and both are left alone', async () => {
    using directory = new TemporaryDirectory();
    await using live = new Server(directory.join('live'), NullHandler);
    await live.listen();
    symlinkSync(directory.join('live'), directory.join('link'));
    const server = new Server(directory.join('link'), NullHandler);
    await expect(server.listen()).rejects.toMatchObject({ code: 'ERR_SOCKETSERVER_PATH_TAKEN' });
    expect(readdirSync(directory.path)).toEqual(['link', 'live']);
  });

  test.each(KINDS)('that a live %s holds is refused, and goes on serving it', async (_, Other) => {
    using directory = new TemporaryDirectory();
    const path = directory.join('s');
    await using live = new Other(path, NullHandler);
    await live.listen();
    const { ino } = lstatSync(path);
    const server = new Server(path, NullHandler);
    await expect(server.listen()).rejects.toMatchObject({
      code: 'EADDRINUSE',
      syscall: 'listen',
      address: path,
    });
    expect(server.state).toBe('closed');
    expect(lstatSync(path).ino).toBe(ino);
    expect(readdirSync(directory.path)).toEqual(['s']);
  });

  test('that a killed server left behind is taken over', async () => {
    using directory = new TemporaryDirectory();
    const path = directory.join('s');
    {
      await using dead = startFixture('listen.mjs', [kind, JSON.stringify(path)]);
      expect(await dead.message()).toEqual({ path });
    }
    expect(lstatSync(path).isSocket()).toBe(true);
    await using server = await serving(new Server(path, NullHandler));
    expect(server.serverAddress).toEqual({ path });
    await server.close();
    expect(existsSync(path)).toBe(false);
  });

  test('is left to whoever has made it anew', async () => {
    using directory = new TemporaryDirectory();
    const path = directory.join('s');
    const first = new Server(path, NullHandler);
    await first.listen();
    renameSync(path, directory.join('moved'));
    await using second = new Server(path, NullHandler);
    await second.listen();
    const { ino } = lstatSync(path);
    await first.close();
    expect(lstatSync(path).ino).toBe(ino);
  });

  test('may be gone by the time the server closes', async () => {
    using directory = new TemporaryDirectory();
    const server = new Server(directory.join('s'), NullHandler);
    await server.listen();
    renameSync(directory.join('s'), directory.join('moved'));
    await expect(server.close()).resolves.toEqual({ drained: 0, cut: 0, killed: 0, abandoned: 0 });
  });

  test('in a directory that does not exist is an error of the system', async () => {
    using directory = new TemporaryDirectory();
    const server = new Server(directory.join('nowhere/s'), NullHandler);
    await expect(server.listen()).rejects.toMatchObject({
      code: 'ENOENT',
      message: expect.stringContaining(directory.join('nowhere/s')),
    });
    expect(server.state).toBe('closed');
  });

  test('in a directory that may not be written is an error of the system', async () => {
    using directory = new TemporaryDirectory();
    chmodSync(directory.path, 0o755);
    const nobody = process.getuid?.() === 0 ? ['65534'] : [];
    if (process.getuid?.() !== 0) chmodSync(directory.path, 0o555);
    await using child = startFixture('listen.mjs', [kind, JSON.stringify(directory.join('s')), ...nobody]);
    expect(await child.message()).toEqual({ code: 'EACCES' });
    expect(await child.exit).toMatchObject({ code: 0, stderr: '' });
    expect(readdirSync(directory.path)).toEqual([]);
  });
});

test.each(KINDS)(
  'two servers that start at the same moment never both have the path (%s)',
  async (_, Server) => {
    using directory = new TemporaryDirectory();
    for (let round = 0; round < 20; round++) {
      if (round % 2 === 1) await leaveDeadSocket(directory.join('s'));
      const servers = Array.from({ length: 4 }, () => new Server(directory.join('s'), NullHandler));
      const results = await Promise.allSettled(servers.map((server) => server.listen()));
      const listening = results.filter((result) => result.status === 'fulfilled');
      const refused = results.filter((result) => result.status === 'rejected');
      expect(listening).toHaveLength(1);
      expect(refused.map((result) => (result.reason as { code: string }).code)).toEqual(
        Array.from({ length: 3 }, () => 'EADDRINUSE'),
      );
      await Promise.all(servers.map((server) => server.close()));
      expect(readdirSync(directory.path)).toEqual([]);
    }
  },
);

test('a live server of somebody else, which answers nothing, is refused too', async () => {
  using directory = new TemporaryDirectory();
  const path = directory.join('s');
  const other = createServer().listen(path);
  await once(other, 'listening');
  const server = new UnixStreamServer(path, NullHandler);
  await expect(server.listen()).rejects.toMatchObject({ code: 'EADDRINUSE' });
  const client = await connectTo({ path });
  client.destroy();
  other.close();
});

// A datagram server starts a thread too, which takes longer.
test.each([
  ['UnixStreamServer', UnixStreamServer, 200],
  ['UnixDatagramServer', UnixDatagramServer, 20],
])(
  'a client never finds the socket of a %s with more rights than it ends with',
  async (_, Server, rounds) => {
    using directory = new TemporaryDirectory();
    const path = directory.join('s');
    // The child looks at the path in a tight loop while servers come and go.
    await using watcher = startFixture('watch-mode.mjs', [path]);
    expect(await watcher.message()).toBe('watching');
    for (let round = 0; round < rounds; round++) {
      await using server = new Server(path, NullHandler);
      server.mode = 0o640;
      await server.listen();
    }
    watcher.send('end');
    const { modes, looks } = await watcher.message<{ modes: string[]; looks: number }>();
    expect(looks).toBeGreaterThan(0);
    expect(modes.filter((mode) => mode !== '640')).toEqual([]);
  },
);

describe('a handler at the end of a symbolic link is loaded once, under its real name', () => {
  test.each([
    ['UnixStreamServer', false],
    ['UnixStreamServer', true],
    ['UnixDatagramServer', false],
    ['UnixDatagramServer', true],
  ])('%s (its path was that of a dead server: %p)', async (kind, isTakenOver) => {
    using directory = new TemporaryDirectory();
    mkdirSync(directory.join('real'));
    symlinkSync(directory.join('real'), directory.join('link'));
    writeFileSync(directory.join('real/before.mjs'), '');
    writeFileSync(directory.join('real/handler.mjs'), HANDLER);
    if (isTakenOver) await leaveDeadSocket(directory.join('s'));
    const address = JSON.stringify(directory.join('s'));
    const handler = pathToFileURL(directory.join('link/handler.mjs')).href;
    await using child = startFixture('symlinked-handler.mjs', [kind, address, handler]);
    expect(await child.message()).toEqual([pathToFileURL(directory.join('real/handler.mjs')).href]);
  });

  // koffi is one more link here, and is loaded for datagrams only.
  test.each(['TCPServer', 'UnixDatagramServer'])('%s, after a look at a named pipe', async (kind) => {
    using directory = new TemporaryDirectory();
    mkdirSync(directory.join('real'));
    symlinkSync(directory.join('real'), directory.join('link'));
    writeFileSync(directory.join('real/before.mjs'), '');
    writeFileSync(directory.join('real/handler.mjs'), HANDLER);
    execFileSync('mkfifo', [directory.join('pipe')]);
    const address = kind === 'TCPServer' ? { host: '127.0.0.1', port: 0 } : directory.join('s');
    const handler = pathToFileURL(directory.join('link/handler.mjs')).href;
    const args = [kind, JSON.stringify(address), handler, directory.join('pipe')];
    await using child = startFixture('symlinked-handler.mjs', args);
    expect(await child.message()).toEqual([pathToFileURL(directory.join('real/handler.mjs')).href]);
  });
});

const HANDLER = `
globalThis.loadedAs.push(import.meta.url);
export default class { handle() {} }
`;
