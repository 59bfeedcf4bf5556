import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, test } from '@jest/globals';
import { askStream, askUdp, sendUdp, turns, until } from '@socketserver/testing';
import { reload, tcpBed, threadsOf, udpBed, unixBed } from './support/beds.js';
import { Client } from './support/clients.js';
import { fixture } from './support/program.js';

const COMMANDS = fixture('commands.mjs');
const beds = [tcpBed({ maxThreads: 2 }), unixBed({ maxThreads: 2 })] as const;
const single = tcpBed({ maxThreads: 1 });
const singleUnix = unixBed({ maxThreads: 1 });
const datagrams = udpBed({ maxThreads: 1 });
const small = tcpBed({ maxThreads: 1, resourceLimits: { maxOldGenerationSizeMb: 24 } });

afterAll(async () => {
  for (const bed of [...beds, single, singleUnix, datagrams, small]) await bed[Symbol.asyncDispose]();
});

describe.each(beds.map((bed) => [bed.composition.name, bed] as const))('%s: a thread that dies', (_, bed) => {
  test.each([
    ['exit 3', 'exiting', undefined],
    ['uncaught', 'throwing', { message: 'nobody catches me', code: 'ERR_TEST_UNCAUGHT' }],
    ['rejected', '', { message: 'nobody awaits me' }],
  ])('of `%s` ends the connections of its requests, and no others', async (command, _heard, cause) => {
    await using served = await bed.serve(COMMANDS);
    const { server } = served;
    // The least busy thread gets the next: four clients are two for each.
    const waiting: Client[] = [];
    for (let client = 0; client < 3; client++) {
      waiting.push(await Client.connect(server.serverAddress, 'forever'));
      await waiting[client]?.heard('waiting');
    }
    const killer = await Client.connect(server.serverAddress, command);
    await killer.ended;
    await server.served(2);
    // The second client's thread was the killer's.
    await waiting[1]?.ended;

    expect(server.errors).toHaveLength(2);
    for (const { error, request, clientAddress } of server.errors.entries) {
      expect(error).toMatchObject({ code: 'ERR_SOCKETSERVER_WORKER_DIED', ...(cause && { cause }) });
      expect(request).toBeDefined();
      expect(clientAddress).toBeDefined();
    }
    expect(server.stats()).toMatchObject({ accepted: 4, active: 2, completed: 0, failed: 2, rejected: 0 });
    expect([waiting[0], waiting[2]].map((client) => client?.socket.closed)).toEqual([false, false]);

    await until(() => threadsOf(server).workers.serving === 2);
    expect(await askStream(server.serverAddress, 'upper hello\n')).toBe('HELLO');
    await server.close({ graceMs: 0 });
    await Promise.all(waiting.map(({ ended }) => ended));
  });
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
  [{ type: 'send', id: 1, address: {} }],
  [{ type: 'send', id: 1, data: 'x', address: {} }],
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

describe('connections that a dead thread had not begun', () => {
  test.each([single, singleUnix].map((bed) => [bed.composition.name, bed] as const))('%s', async (_, bed) => {
    const cells = new Int32Array(new SharedArrayBuffer(8));
    await using served = await bed.serve(COMMANDS, { context: { cells: cells.buffer } });
    const { server } = served;
    const killer = await Client.connect(server.serverAddress, 'blockAndExit 3');
    await until(() => Atomics.load(cells, 0) === 1);
    const others = await Promise.all(
      Array.from({ length: 5 }, () => Client.connect(server.serverAddress, 'upper hello')),
    );
    await until(() => server.stats().active === 6);
    await turns();
    Atomics.store(cells, 1, 1);
    Atomics.notify(cells, 1);

    await killer.ended;
    const answers = await Promise.all(others.map(({ ended }) => ended));
    await server.served(6);
    expect(answers).toEqual(Array(5).fill('HELLO'));
    expect(server.errors).toHaveLength(1);
    expect(server.stats()).toMatchObject({ accepted: 6, completed: 5, failed: 1 });
    expect(await askStream(server.serverAddress, 'upper again\n')).toBe('AGAIN');
  });
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

test('a datagram whose handler ends the thread is reported, the next is served', async () => {
  await using served = await datagrams.serve(fixture('datagram-commands.mjs'));
  const { server } = served;
  const address = server.serverAddress as Parameters<typeof sendUdp>[0];
  await sendUdp(address, 'exit 3');
  const [reported] = await server.errors.atLeast(1);
  expect(reported?.error).toMatchObject({ code: 'ERR_SOCKETSERVER_WORKER_DIED' });
  expect(await askUdp(address, 'size')).toBe('4');
});

describe('a module that kills every thread', () => {
  test('while it is loaded fails listen()', async () => {
    await using server = single.make(fixture('exits-while-loading.mjs'));
    await expect(server.listen()).rejects.toMatchObject({
      code: 'ERR_SOCKETSERVER_WORKER_START',
      message: expect.stringMatching(/^Expected Thread-\d+ to start and load the handler, got its end: .*7$/),
    });
    expect(server.state).toBe('closed');
  });

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

/** A module that loads as the file `state` says, sound, broken or hanging, and writes into `loads` what that was. */
function changeableModule(folder: string): { loads: string; state: string; url: URL } {
  const [loads, state, module] = [join(folder, 'loads'), join(folder, 'state'), join(folder, 'handler.mjs')];
  writeFileSync(
    module,
    `import { appendFileSync, readFileSync } from 'node:fs';
     import Commands from ${JSON.stringify(COMMANDS.href)};
     const state = readFileSync(${JSON.stringify(state)}, 'utf8');
     appendFileSync(${JSON.stringify(loads)}, state + '\\n');
     if (state === 'broken') throw new Error('this module is broken');
     if (state === 'hanging') await new Promise(() => {});
     export default Commands;`,
  );
  writeFileSync(state, 'sound');
  return { loads, state, url: pathToFileURL(module) };
}

test('a module that loads no more is tried again and again and told of once, while the other threads serve on', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'threading-'));
  try {
    const { loads, state, url } = changeableModule(folder);
    await using served = await beds[0].serve(url);
    const { server } = served;
    writeFileSync(state, 'broken');
    const killer = await Client.connect(server.serverAddress, 'exit 3');
    await killer.ended;
    // Requests that the other thread serves meanwhile are no sign that the module loads again.
    while (server.errors.length < 2) {
      expect(await askStream(server.serverAddress, 'upper hello\n')).toBe('HELLO');
    }
    for (let request = 0; request < 20; request++) await askStream(server.serverAddress, 'upper hello\n');
    expect(server.errors.entries).toMatchObject([
      { error: { code: 'ERR_SOCKETSERVER_WORKER_DIED' } },
      { error: { code: 'ERR_SOCKETSERVER_WORKER_START', cause: { message: 'this module is broken' } } },
    ]);
    expect(readFileSync(loads, 'utf8')).toContain(`${'sound\n'.repeat(2)}${'broken\n'.repeat(3)}`);
    expect(threadsOf(server).workers.serving).toBe(1);

    writeFileSync(state, 'sound');
    await until(() => threadsOf(server).workers.serving === 2); // without a reload
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('a start that hangs, of a module that was replaced, counts no more', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'threading-'));
  try {
    const { loads, state, url } = changeableModule(folder);
    await using served = await beds[0].serve(url);
    const { server } = served;
    writeFileSync(state, 'hanging');
    await (
      await Client.connect(server.serverAddress, 'exit 3')
    ).ended;
    await until(() => readFileSync(loads, 'utf8').includes('hanging'));
    writeFileSync(state, 'sound');
    await reload(server);
    await (
      await Client.connect(server.serverAddress, 'exit 3')
    ).ended;
    await server.errors.atLeast(2);
    await until(() => threadsOf(server).workers.serving === 2);
    expect(server.errors).toHaveLength(2);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
