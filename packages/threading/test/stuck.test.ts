import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { askStream, until } from '@socketserver/testing';
import { tcpBed, threadsOf, unixBed } from './support/beds.js';
import { Client } from './support/clients.js';
import { fixture, run, startFixture } from './support/program.js';

const COMMANDS = fixture('commands.mjs');
/** Beside heavy load a thread may not be scheduled for half a second. */
const STUCK_MS = 1_000;
const single = unixBed({ maxThreads: 1, stuckTimeout: STUCK_MS });
/** Whose `stuckTimeout` does not come to its help. */
const patient = unixBed({ maxThreads: 1 });

afterAll(async () => {
  for (const bed of [single, patient]) await bed[Symbol.asyncDispose]();
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
