import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { askStream, connectTo, readAll, readLine, until } from '@socketserver/testing';
import { DESCRIPTORS_FD, FRAMES_FD } from '../src/protocol.js';
import { isRunning } from './support/processes.js';
import { codes, make, serve, served, WITHOUT_KOFFI, type Server } from './support/servers.js';

const ENTRY = fileURLToPath(new URL('../dist/entry/process-main.js', import.meta.url));

/** So that a child says something soon after what it has written, whatever it does. */
const PINGED = { stuckTimeout: 4_000 };

const diedOfProtocol = {
  code: 'ERR_SOCKETSERVER_WORKER_DIED',
  cause: expect.objectContaining({ code: 'ERR_SOCKETSERVER_PROTOCOL' }),
};

const hex = (text: string): string => Buffer.from(text).toString('hex');

/** A request that runs in another child than those that come to be. */
async function hold({ serverAddress }: Server): Promise<{ client: Socket; pid: number }> {
  const client = await connectTo(serverAddress);
  client.write('hold\n');
  return { client, pid: Number(await readLine(client)) };
}

describe('a child that writes', () => {
  test.each([
    ['half a frame', FRAMES_FD, hex('{\n')],
    ['a line of JSON', FRAMES_FD, hex('{"cmd":"NODE_HANDLE_ACK"}\n')],
    ['nothing, in a frame', FRAMES_FD, '00000000'],
    ['what is not UTF-8', FRAMES_FD, '0000000800000004ff22ff22'],
    ['a frame of the largest size', FRAMES_FD, 'ffffffff'],
    ['random bytes beside its descriptors', DESCRIPTORS_FD, 'c0ffee'],
  ])('%s is killed; its request is reported, and the others go on', async (_, fd, bytes) => {
    await using serving = await serve({ ...PINGED, maxChildren: 2 });
    const { server } = serving;
    const other = await hold(server);
    const rogue = await connectTo(server.serverAddress);
    rogue.on('error', () => {});
    rogue.write(`rubbish ${fd} ${bytes}\n`);
    const pid = Number(await readLine(rogue));
    expect(pid).not.toBe(other.pid);
    await until(() => !isRunning(pid));
    await server.served(1);
    expect(server.errors.entries.map(({ error }) => error)).toEqual([
      expect.objectContaining(diedOfProtocol),
    ]);
    expect(await askStream(server.serverAddress, 'pid\n')).toMatch(/^\d+\n$/);
    other.client.end('go on\n');
    expect((await readAll(other.client)).toString()).toBe('done\n');
    await server.served(3);
    expect(server.stats()).toMatchObject({ accepted: 3, completed: 2, failed: 1, active: 0 });
  });

  test.each([
    ['frames', FRAMES_FD],
    ['descriptors', DESCRIPTORS_FD],
  ])('600 MB into its pipe of %s is killed at once, and the parent keeps none of them', async (_, fd) => {
    await using serving = await serve({ maxChildren: 2 });
    const { server } = serving;
    const before = process.memoryUsage.rss();
    const rogue = await connectTo(server.serverAddress);
    rogue.on('error', () => {});
    rogue.end(`rubbish ${fd} ${'ff'.repeat(30_000)} 20000\n`);
    const pid = Number(await readLine(rogue));
    await until(() => !isRunning(pid));
    await server.served(1);
    expect(codes(server)).toEqual(['ERR_SOCKETSERVER_WORKER_DIED']);
    expect(process.memoryUsage.rss() - before).toBeLessThan(100_000_000);
    expect(await askStream(server.serverAddress, 'pid\n')).toMatch(/^\d+\n$/);
  });

  test('messages by the thousand is heard, and no other client waits for that', async () => {
    await using serving = await serve({ maxChildren: 2 });
    const { server } = serving;
    const ping = Buffer.from('[{"type":"alive","memoryBytes":1}]');
    const head = Buffer.from([0, 0, 0, 4 + ping.length, 0, 0, 0, ping.length]);
    const block = Buffer.concat(Array.from({ length: 500 }, () => Buffer.concat([head, ping])));
    const before = process.memoryUsage.rss();
    const rogue = await connectTo(server.serverAddress);
    rogue.on('error', () => {});
    rogue.end(`rubbish ${FRAMES_FD} ${block.toString('hex')} 200\n`);
    await readLine(rogue);
    rogue.destroy();
    expect(await askStream(server.serverAddress, 'pid\n')).toMatch(/^\d+\n$/);
    await server.served(2);
    expect(process.memoryUsage.rss() - before).toBeLessThan(100_000_000);
  });

  test.each([FRAMES_FD, DESCRIPTORS_FD])('nothing, and closes its descriptor %i, is ended', async (fd) => {
    await using serving = await serve();
    const { server } = serving;
    const client = await connectTo(server.serverAddress);
    client.on('error', () => {});
    client.write(`close ${fd}\n`);
    const pid = Number(await readLine(client));
    expect(await askStream(server.serverAddress, 'pid\n')).toMatch(/^\d+\n$/);
    expect(isRunning(pid)).toBe(false);
    await server.served(2);
    expect(server.stats()).toMatchObject({ accepted: 2, completed: 1, failed: 1 });
    expect(codes(server)).toEqual(['ERR_SOCKETSERVER_WORKER_DIED']);
  });
});

test('a child that says of a request that it has ended, and has not begun it, loses none', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'rogue-'));
  try {
    const go = join(folder, 'go');
    await using serving = await serve({ maxChildren: 1 });
    const { server } = serving;
    const rogue = await connectTo(server.serverAddress);
    rogue.on('error', () => {});
    rogue.write(`blockAndSay ${go} [1]\n`);
    await readLine(rogue);
    const honest = askStream(server.serverAddress, 'pid\n');
    await until(() => server.stats().active === 2);
    await until(() => server.stats().waiting === 0); // it is on its way to the child
    writeFileSync(go, '');
    expect(await honest).toMatch(/^\d+\n$/);
    await server.served(2);
    expect(server.errors.entries).toMatchObject([{ error: diedOfProtocol }]);
    expect(server.stats()).toMatchObject({
      accepted: 2,
      completed: 1,
      failed: 1,
      active: 0,
      redispatched: 1,
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('handlers have no process.send()', async () => {
  await using serving = await serve();
  expect(await askStream(serving.server.serverAddress, 'send {}\n')).toBe('TypeError\n');
});

test('without koffi process.send() of a handler goes by the channel, and disturbs nothing', async () => {
  await using serving = await served(make({ execArgv: WITHOUT_KOFFI }));
  const { server } = serving;
  for (const said of ['{"hello":"parent"}', '"text"', 'null', '[{"type":"begun","id":1}]']) {
    expect(await askStream(server.serverAddress, `send ${said}\n`)).toBe('sent\n');
  }
  await server.served(4);
  expect(server.stats()).toMatchObject({ completed: 4, failed: 0 });
});

test('without koffi a message that does not fit ends the child, not the parent', async () => {
  await using serving = await served(make({ execArgv: WITHOUT_KOFFI }));
  const { server } = serving;
  expect(await askStream(server.serverAddress, 'say [{"type":"nonsense"}]\n')).toBe('');
  await server.served(1);
  expect(server.errors.entries[0]!.error).toMatchObject(diedOfProtocol);
  expect(await askStream(server.serverAddress, 'pid\n')).toMatch(/^\d+\n$/);
});

test.each([
  ['no frame', Buffer.alloc(4)],
  ['a message of no known type', Buffer.from('\0\0\0\x17\0\0\0\x13[{"type":"unknown"}]'.slice(0, -1))],
])('a child that is told %s ends by itself, and says why', async (_, bytes) => {
  const { NODE_OPTIONS: __, ...env } = process.env;
  const child = spawn(process.execPath, [ENTRY], {
    env,
    stdio: ['ignore', 'inherit', 'pipe', 'pipe', 'pipe'],
  });
  const said: Buffer[] = [];
  child.stderr?.on('data', (chunk: Buffer) => said.push(chunk));
  (child.stdio[FRAMES_FD] as Socket).resume().write(bytes);
  expect(await once(child, 'close')).toEqual([1, null]);
  expect(Buffer.concat(said).toString()).toContain('ERR_SOCKETSERVER_PROTOCOL');
});

test('a child whose parent closes the channel ends', async () => {
  const { NODE_OPTIONS: _, ...env } = process.env;
  const child = spawn(process.execPath, [ENTRY], {
    env,
    stdio: ['ignore', 'inherit', 'inherit', 'pipe', 'pipe'],
  });
  (child.stdio[FRAMES_FD] as Socket).destroy();
  expect(await once(child, 'exit')).toEqual([0, null]);
});
