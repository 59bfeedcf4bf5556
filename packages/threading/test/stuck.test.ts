import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { askStream, until } from '@socketserver/testing';
import { reload, tcpBed, threadsOf, unixBed } from './support/beds.js';
import { Client } from './support/clients.js';
import { fixture, run, startFixture } from './support/program.js';

const COMMANDS = fixture('commands.mjs');
/** Beside heavy load a thread may not be scheduled for half a second. */
const STUCK_MS = 1_000;
const tuning = { maxThreads: 2, stuckTimeout: STUCK_MS } as const;
const [tcp, unix] = [tcpBed(tuning), unixBed(tuning)];
const single = unixBed({ ...tuning, maxThreads: 1 });
/** Whose `stuckTimeout` does not come to its help. */
const patient = unixBed({ maxThreads: 1 });

afterAll(async () => {
  for (const bed of [tcp, unix, single, patient]) await bed[Symbol.asyncDispose]();
});

describe.each([
  ['TCP', tcp],
  ['a Unix stream', unix],
] as const)('a thread that is stuck, with %s', (_, bed) => {
  test('is replaced; its requests are reported once, and the other thread never notices', async () => {
    await using served = await bed.serve(COMMANDS);
    const { server } = served;
    const [mate, stranger] = [
      await Client.connect(server.serverAddress, 'forever'),
      await Client.connect(server.serverAddress, 'forever'),
    ];
    await Promise.all([mate, stranger].map((client) => client.heard('waiting')));
    const looping = await Client.connect(server.serverAddress, 'loop'); // in the thread of the first
    await Promise.all([looping.ended, mate.ended]);

    expect(server.errors).toHaveLength(2);
    for (const { error, request } of server.errors.entries) {
      expect(error).toMatchObject({
        code: 'ERR_SOCKETSERVER_STUCK',
        message: expect.stringMatching(
          /^Expected the event loop of Thread-\d+ to turn within .*, got none for \d+ ms/,
        ),
      });
      expect(request).toBeDefined();
      const [, ms] = /for (\d+) ms/.exec((error as Error).message) ?? [];
      expect(Number(ms)).toBeGreaterThanOrEqual(STUCK_MS);
    }
    await until(() => threadsOf(server).workers.serving === 2);
    expect(stranger.socket.closed).toBe(false);
    expect(server.stats()).toMatchObject({ accepted: 3, active: 1, failed: 2 });
    expect(await askStream(server.serverAddress, 'upper hello\n')).toBe('HELLO');
    await server.close({ graceMs: 0 });
    await stranger.ended;
  });
});

test('connections that a stuck thread had not begun go to another one', async () => {
  await using served = await single.serve(COMMANDS);
  const { server } = served;
  const looping = await Client.connect(server.serverAddress, 'loop');
  await looping.heard('looping');
  const others = await Promise.all([1, 2, 3].map(() => Client.connect(server.serverAddress, 'upper hello')));
  expect(await Promise.all(others.map(({ ended }) => ended))).toEqual(Array(3).fill('HELLO'));
  await server.served(4);
  expect(server.errors).toHaveLength(1);
  expect(server.stats()).toMatchObject({ accepted: 4, completed: 3, failed: 1 });
});

test('close() does not wait for a thread inside a system call', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'threading-'));
  try {
    const fifo = join(folder, 'fifo');
    await run('mkfifo', [fifo]);
    await using served = await patient.serve(COMMANDS);
    const { server } = served;
    const reading = await Client.connect(server.serverAddress, `readFifo ${fifo}`);
    await reading.heard('reading');
    const { drained, killed, abandoned } = await server.close({ graceMs: 0 });
    // Nothing tells when the system call has begun: on a busy machine the thread may be ended before.
    expect([drained, killed + abandoned]).toEqual([0, 1]);
    expect(server.stats()).toMatchObject({ accepted: 1, active: 0, failed: 1 });
    closeSync(openSync(fifo, 'r+')); // wakes it up; "w" would wait for one that never came to read
    await reading.ended;
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('one that no one can end, inside a system call, holds up nobody', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'threading-'));
  try {
    const fifo = join(folder, 'fifo');
    await run('mkfifo', [fifo]);
    await using served = await single.serve(COMMANDS);
    const { server } = served;
    const reading = await Client.connect(server.serverAddress, `readFifo ${fifo}`);
    await reading.heard('reading');
    expect(await askStream(server.serverAddress, 'upper hello\n')).toBe('HELLO');
    await server.served(2);
    expect(server.errors.entries).toMatchObject([{ error: { code: 'ERR_SOCKETSERVER_STUCK' } }]);
    expect(threadsOf(server)).toMatchObject({ workers: { serving: 1, draining: 1 }, active: 0 });
    closeSync(openSync(fifo, 'w')); // wakes it up
    await reading.ended;
    await until(() => threadsOf(server).workers.draining === 0);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('a module that loops while it is loaded fails listen(), and reload()', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'threading-'));
  try {
    const file = join(folder, 'handler.mjs');
    const core = import.meta.resolve('@socketserver/core');
    const looping = `import { StreamRequestHandler } from '${core}';
      for (;;);
      export default class extends StreamRequestHandler {}`;
    writeFileSync(file, looping);
    await using server = single.make(new URL(`file://${file}`));
    await expect(server.listen()).rejects.toMatchObject({
      code: 'ERR_SOCKETSERVER_STUCK',
      message: expect.stringContaining('handler.mjs to be loaded, got an event loop'),
    });

    writeFileSync(file, `export { default } from '${COMMANDS.href}';`);
    await using served = await single.serve(new URL(`file://${file}`));
    writeFileSync(file, looping);
    await expect(reload(served.server)).rejects.toMatchObject({ code: 'ERR_SOCKETSERVER_STUCK' });
    expect(await askStream(served.server.serverAddress, 'upper old\n')).toBe('OLD');
  } finally {
    rmSync(folder, { recursive: true });
  }
}, 90_000);

test('a process that was stopped finds no thread stuck', async () => {
  using program = startFixture('stopped.mjs');
  const { process: child } = program;
  await program.printed('ready\n');
  for (let round = 0; round < 3; round++) {
    await new Promise((resolve) => setTimeout(resolve, 3 * STUCK_MS));
    child.kill('SIGCONT');
    if (round < 2) child.kill('SIGSTOP');
  }
  await until(() => child.exitCode !== null);
  expect(program.stdout()).toBe('ready\n1 active\nHELLO\nERR_SOCKETSERVER_WORKER_DIED\n');
});

test('stuckTimeout: 0 lets a handler block for as long as it likes', async () => {
  const bed = tcpBed({ maxThreads: 1, stuckTimeout: 0 });
  try {
    const cells = new Int32Array(new SharedArrayBuffer(8));
    await using served = await bed.serve(COMMANDS, { context: { cells: cells.buffer } });
    const client = await Client.connect(served.server.serverAddress, 'block still-here');
    await until(() => Atomics.load(cells, 0) === 1);
    await new Promise((resolve) => setTimeout(resolve, 2 * STUCK_MS));
    Atomics.store(cells, 1, 1);
    Atomics.notify(cells, 1);
    expect(await client.ended).toBe('still-here');
    expect(served.server.errors).toHaveLength(0);
  } finally {
    await bed[Symbol.asyncDispose]();
  }
});
