import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { askStream, turns, until } from '@socketserver/testing';
import { tcpBed, unixBed } from './support/beds.js';
import { Client } from './support/clients.js';
import { fixture, runFixture, startFixture } from './support/program.js';

const COMMANDS = fixture('commands.mjs');
const single = tcpBed({ maxThreads: 1 });
const singleUnix = unixBed({ maxThreads: 1 });
const small = tcpBed({ maxThreads: 1, resourceLimits: { maxOldGenerationSizeMb: 24 } });

afterAll(async () => {
  for (const bed of [single, singleUnix, small]) await bed[Symbol.asyncDispose]();
});

/** An error with so many causes, one of the other. */
function deepError(causes: number): object {
  const error = { name: 'Error', message: '' };
  return causes === 0 ? error : { ...error, cause: deepError(causes - 1) };
}

test.each([
  ['that an error is its own cause', 'a circle'],
  ['an error with 1,000 causes', JSON.stringify([{ type: 'failed', error: deepError(1_000) }])],
  ['an error with 9 causes', JSON.stringify([{ type: 'failed', error: deepError(9) }])],
])('a thread that says %s is ended and replaced, and the server serves on', async (_, line) => {
  await using served = await single.serve(fixture('misspeaking.mjs'));
  const { server } = served;
  expect(await askStream(server.serverAddress, 'hello\n')).toBe('hello\n');
  expect(await askStream(server.serverAddress, `${line}\n`)).toBe('');
  const [reported] = await server.errors.atLeast(1);
  expect(reported?.error).toMatchObject({ cause: { code: 'ERR_SOCKETSERVER_PROTOCOL' } });
  expect(await askStream(server.serverAddress, 'hello\n')).toBe('hello\n');
});

test.each([
  'text',
  [null],
  [1.5],
  [{}],
  [99],
  [{ type: 'begun', id: 1 }],
  [{ type: 'ended', id: 2 }],
  [{ type: 'ended', id: 2, end: { error: { name: 'Error' } } }],
  [{ type: 'ended', id: 2, end: { error: { name: 'Error', message: '', cause: null } } }],
  [{ type: 'ended', id: 2, end: { cut: 1 } }],
  [{ type: 'sends', sends: [1, 0, '127.0.0.1', 7] }],
  [{ type: 'sends', sends: [1, 1, '127.0.0.1', 7], data: 'x' }],
])('a thread that says %j is ended and replaced, and the server serves on', async (said) => {
  await using served = await single.serve(fixture('misspeaking.mjs'));
  const { server } = served;
  expect(await askStream(server.serverAddress, 'hello\n')).toBe('hello\n');
  expect(await askStream(server.serverAddress, `${JSON.stringify(said)}\n`)).toBe('');
  const [reported] = await server.errors.atLeast(1);
  expect(reported?.error).toMatchObject({
    code: 'ERR_SOCKETSERVER_WORKER_DIED',
    cause: { code: 'ERR_SOCKETSERVER_PROTOCOL' },
  });
  expect(await askStream(server.serverAddress, 'hello\n')).toBe('hello\n');
});

test('a thread that cannot be replaced, because the working directory is gone, is told of so', async () => {
  const { code, stdout } = await runFixture('loses-its-directory.mjs');
  expect(code).toBe(0);
  expect(stdout).toContain('the working directory was removed, and Node starts no thread without one');
});

test('a server whose stdout and stderr are closed serves on, whatever its threads print', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'threading-'));
  try {
    const path = join(folder, 'server.sock');
    using program = startFixture('prints.mjs', [path]);
    await until(() => existsSync(path));
    program.process.stdout?.destroy();
    program.process.stderr?.destroy();
    for (let time = 0; time < 3; time++) {
      expect(await askStream({ path }, 'print something\n')).toBe('printed');
    }
    await turns();
    expect(await askStream({ path }, 'upper hello\n')).toBe('HELLO');
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('a thread that runs out of memory is replaced', async () => {
  await using served = await small.serve(COMMANDS);
  const { server } = served;
  const client = await Client.connect(server.serverAddress, 'exhaust');
  await client.ended;
  const [reported] = await server.errors.atLeast(1);
  expect(reported?.error).toMatchObject({
    code: 'ERR_SOCKETSERVER_WORKER_DIED',
    cause: { code: 'ERR_WORKER_OUT_OF_MEMORY' },
  });
  expect(await askStream(server.serverAddress, 'upper hello\n')).toBe('HELLO');
});

test('connections that a dead thread had not begun begin in the order in which they came', async () => {
  const cells = new Int32Array(new SharedArrayBuffer(12));
  await using served = await singleUnix.serve(fixture('numbered.mjs'), { context: { cells: cells.buffer } });
  const { server } = served;
  const connect = async (line?: string): Promise<Client> => {
    const { active } = server.stats();
    const client = await Client.connect(server.serverAddress, line);
    await until(() => server.stats().active === active + 1);
    return client;
  };
  const first: Client[] = [];
  for (let count = 0; count < 5; count++) first.push(await connect());
  const killer = await connect();
  // What those had is given out again from the last to the first.
  for (const client of first) {
    client.socket.write('go\n');
    await client.ended;
  }
  await server.served(5);
  killer.socket.write('block\n');
  await until(() => Atomics.load(cells, 1) === 1);
  const others: Client[] = [];
  for (let count = 0; count < 5; count++) others.push(await connect('go'));
  await turns();
  Atomics.store(cells, 2, 1);
  Atomics.notify(cells, 2);

  await killer.ended;
  expect(await Promise.all(others.map(({ ended }) => ended))).toEqual(['6', '7', '8', '9', '10']);
});

describe('a module that kills every thread', () => {
  test('once it is loaded ends in one error; clients are turned away', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'threading-'));
    try {
      const log = join(folder, 'loads');
      writeFileSync(log, '');
      const doomed = fixture('exits-when-loaded.mjs');
      doomed.searchParams.set('log', log);
      doomed.searchParams.set('go', join(folder, 'go'));
      await using served = await single.serve(doomed);
      const { server } = served;
      writeFileSync(join(folder, 'go'), '');
      const [first] = await server.errors.atLeast(1);
      expect(first).toEqual({
        error: expect.objectContaining({ code: 'ERR_SOCKETSERVER_WORKER_START' }),
        request: undefined,
        clientAddress: undefined,
      });
      const client = await Client.connect(server.serverAddress, 'hello');
      expect(await client.ended).toBe('');
      await server.served(1);
      expect(server.errors).toHaveLength(2);
      expect(server.stats()).toMatchObject({ accepted: 1, active: 0, failed: 1 });
      expect(readFileSync(log, 'utf8').length).toBeGreaterThanOrEqual(3);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
