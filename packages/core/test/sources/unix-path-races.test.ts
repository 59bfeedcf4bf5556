import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { UnixDatagramServer, UnixStreamServer } from '@socketserver/core';
import { fixture, pathOf, startFixture, type Child } from '../support/child.js';
import { listenOn, NO_MOUNTS } from '../support/kernel.js';
import { runFile } from '../support/program.js';
import { leaveDeadSocket, NullHandler, TemporaryDirectory } from '../support/servers.js';

const KINDS = [
  ['UnixStreamServer', UnixStreamServer],
  ['UnixDatagramServer', UnixDatagramServer],
] as const;

/** In a directory whose name leaves no room for another one beside the path. */
function longPath(directory: TemporaryDirectory, last = 's'.repeat(12)): string {
  const parent = directory.join('d'.repeat(106 - last.length - directory.path.length - 1));
  mkdirSync(parent);
  const path = join(parent, last);
  expect(Buffer.byteLength(path)).toBe(107);
  return path;
}

/** A server that says when it is about to remove the file at the path, and then waits for a byte. */
function slowRemoval(kind: string, path: string): Child {
  return startFixture('listen.mjs', [kind, JSON.stringify(path)], {
    execArgv: ['--require', pathOf(fixture('slow-removal.cjs'))],
    stdio: ['pipe', 'ignore', 'pipe', 'ipc'],
  });
}

describe.each(KINDS)('the socket of a %s', (kind, Server) => {
  test.each([
    ['short', (directory: TemporaryDirectory) => directory.join('s')],
    ['107 bytes long', longPath],
    ['107 bytes long, the last part one', (directory: TemporaryDirectory) => longPath(directory, 's')],
  ])('is in no open directory before it has its mode (a path that is %s)', async (_, pathIn) => {
    using directory = new TemporaryDirectory();
    await using child = startFixture('first-moment.mjs', [kind, pathIn(directory)]);
    const { first, wasOpen } = await child.message<{ first: string[]; wasOpen: boolean }>();
    // One of datagrams gets its mode when it is bound; umask(2) can only take something away from that.
    expect(first).toEqual(kind === 'UnixStreamServer' ? [] : ['600']);
    expect(wasOpen).toBe(true); // else somebody could have taken the path over, and would lose it
    expect(await child.exit).toMatchObject({ code: 0, stderr: '' });
  });

  test('that is about to take a path over keeps it from another one', async () => {
    using directory = new TemporaryDirectory();
    const path = directory.join('s');
    await leaveDeadSocket(path);
    await using first = slowRemoval(kind, path);
    expect(await first.message()).toBe('removing');
    const second = new Server(path, NullHandler);
    await expect(second.listen()).rejects.toMatchObject({ code: 'EADDRINUSE', address: path });
    first.process.stdin?.write('.');
    expect(await first.message()).toEqual({ path });
    expect(readdirSync(directory.path)).toEqual(['s']);
    first.send('end');
    expect(await first.exit).toMatchObject({ code: 0, stderr: '' });
    expect(readdirSync(directory.path)).toEqual([]);
  });

  test.each(['s', 's'.repeat(12)])(
    'that was killed while it took a path over is no obstacle (the last part %s)',
    async (last) => {
      using directory = new TemporaryDirectory();
      const path = longPath(directory, last);
      await leaveDeadSocket(path, directory.join('made'));
      {
        await using first = slowRemoval(kind, path);
        expect(await first.message()).toBe('removing');
      }
      expect(readdirSync(join(path, '..'))).toContainEqual(
        expect.stringMatching(/^\.takeover-[0-9a-f]{16}$/),
      );
      await using server = new Server(path, NullHandler);
      await server.listen();
      expect(server.serverAddress).toEqual({ path });
      const left = readdirSync(join(path, '..'));
      expect(left.filter((name) => name.startsWith('.takeover-'))).toEqual([]);
    },
  );

  test('20 times three servers start at the same moment on the path of a dead one: one of them has it', async () => {
    await using program = runFile('packages/core/scripts/takeover.mjs', '20', '3', kind);
    const { code, stdout, stderr } = await program.ended;
    expect({ code, stderr, ...JSON.parse(stdout) }).toEqual({
      code: 0,
      stderr: '',
      kind,
      starts: 20,
      servers: 3,
      wrong: [],
    });
  });
});

describe('without /proc', () => {
  if (NO_MOUNTS !== undefined) {
    test.todo(`cannot be tried on this machine: ${NO_MOUNTS}`);
    return;
  }

  test('a path in whose directory no name fits is refused', async () => {
    using directory = new TemporaryDirectory();
    const path = longPath(directory);
    const which = { server: 'UnixStreamServer', address: { path } };
    await using child = listenOn({ hasProc: false }, directory, which);
    expect(await child.message()).toEqual({
      code: 'ERR_SOCKETSERVER_UNSUPPORTED',
      message: expect.stringMatching(
        /^Expected a name of at most 107 bytes .*, got .*; choose a shorter path$/,
      ),
    });
    expect(existsSync(path)).toBe(false);
    expect(readdirSync(join(path, '..'))).toEqual([]);
  });
});
