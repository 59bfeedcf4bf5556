import { lstatSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { UnixDatagramServer, UnixStreamServer } from '@socketserver/core';
import { startFixture } from '../support/child.js';
import { NullHandler, TemporaryDirectory } from '../support/servers.js';

const KINDS = ['UnixStreamServer', 'UnixDatagramServer'] as const;

interface Told {
  serverAddress: { path: string };
  mode: number;
  reached: boolean;
}

describe.each(KINDS)('a relative path of a %s', (kind) => {
  test.each([
    ['s', 's'],
    ['./s', 's'],
    ['sub/../s', 's'],
    ['sub/s', 'sub/s'],
  ])('(%s) is made absolute by listen(), and removed by close() from any directory', async (given, found) => {
    using directory = new TemporaryDirectory();
    mkdirSync(directory.join('sub'));
    await using child = startFixture('changes-directory.mjs', [kind, directory.path, given]);
    const { serverAddress, mode, reached } = await child.message<Told>();
    const shown = given.includes('..') ? `${directory.path}/${given}` : directory.join(found);
    expect({ serverAddress, mode, reached }).toEqual({
      serverAddress: { path: shown },
      mode: 0o600,
      reached: true,
    });
    expect(lstatSync(directory.join(found)).isSocket()).toBe(true);
    child.send('end');
    expect(await child.exit).toMatchObject({ code: 0, stderr: '' });
    expect(readdirSync(directory.path)).toEqual(['sub']);
    expect(readdirSync(directory.join('sub'))).toEqual([]);
  });

  test('that leads through a symbolic link and back goes where the kernel goes', async () => {
    using directory = new TemporaryDirectory();
    mkdirSync(directory.join('real/inner'), { recursive: true });
    mkdirSync(directory.join('start'));
    symlinkSync(directory.join('real/inner'), directory.join('start/link'));
    await using child = startFixture('changes-directory.mjs', [kind, directory.join('start'), 'link/../s']);
    expect(await child.message()).toMatchObject({ reached: true });
    expect(readdirSync(directory.join('real')).toSorted()).toEqual(['inner', 's']);
    child.send('end');
    expect(await child.exit).toMatchObject({ code: 0, stderr: '' });
    expect(readdirSync(directory.join('real'))).toEqual(['inner']);
    expect(readdirSync(directory.join('start'))).toEqual(['link']);
  });

  // The shorter name is bound, in a directory of its own or beside it.
  test.each(['s', 'b'.repeat(107)])(
    'may have an absolute form that no socket can have (%s)',
    async (given) => {
      using directory = new TemporaryDirectory();
      const deep = directory.join('d'.repeat(150));
      mkdirSync(deep);
      await using child = startFixture('changes-directory.mjs', [kind, deep, given]);
      expect(await child.message()).toEqual({ serverAddress: { path: given }, mode: 0o600, reached: true });
      expect(readdirSync(deep)).toEqual([given]);
      child.send('end');
      expect(await child.exit).toMatchObject({ code: 0, stderr: '' });
      expect(readdirSync(deep)).toEqual([]);
    },
  );
});

describe.each([
  ['UnixStreamServer', UnixStreamServer],
  ['UnixDatagramServer', UnixDatagramServer],
] as const)('allowReuseAddress of a %s', (kind, Server) => {
  test('false leaves the path that a killed server left behind', async () => {
    using directory = new TemporaryDirectory();
    const path = directory.join('s');
    {
      await using dead = startFixture('listen.mjs', [kind, JSON.stringify(path)]);
      expect(await dead.message()).toEqual({ path });
    }
    const { ino } = lstatSync(path);
    const server = new Server(path, NullHandler);
    server.allowReuseAddress = false;
    await expect(server.listen()).rejects.toMatchObject({ code: 'EADDRINUSE', address: path });
    expect(lstatSync(path).ino).toBe(ino);
  });

  test('false takes a free path', async () => {
    using directory = new TemporaryDirectory();
    await using server = new Server(join(directory.path, 's'), NullHandler);
    server.allowReuseAddress = false;
    await server.listen();
    expect(readdirSync(directory.path)).toEqual(['s']);
  });
});
