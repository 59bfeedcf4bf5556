import { closeSync, fstatSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { askStream, until } from '@socketserver/testing';
import { tcpBed, threadsOf, unixBed } from './support/beds.js';
import { Client } from './support/clients.js';
import { fixture, run, startFixture } from './support/program.js';

const COMMANDS = fixture('commands.mjs');
/** Beside heavy load a thread may not be scheduled for half a second. */
const STUCK_MS = 1_000;
const single = unixBed({ maxThreads: 1, stuckTimeout: STUCK_MS });
const tcpSingle = tcpBed({ maxThreads: 1, stuckTimeout: STUCK_MS });
/** Whose `stuckTimeout` does not come to its help. */
const patient = unixBed({ maxThreads: 1 });

/** A pipe by name: whoever opens it to read stands still inside open(2) until somebody opens it to write. */
class Fifo implements Disposable {
  static async make(): Promise<Fifo> {
    const folder = mkdtempSync(join(tmpdir(), 'threading-'));
    const fifo = new Fifo(folder, join(folder, 'fifo'));
    await run('mkfifo', [fifo.path]);
    return fifo;
  }

  private constructor(
    readonly folder: string,
    readonly path: string,
  ) {}

  /** Without waiting for any: "w" would wait for one that never came to read. */
  wakeReaders(): void {
    closeSync(openSync(this.path, 'r+'));
  }

  [Symbol.dispose](): void {
    this.wakeReaders();
    rmSync(this.folder, { recursive: true });
  }
}

function isSocket(fd: number): boolean {
  try {
    return fstatSync(fd, { bigint: true }).isSocket();
  } catch {
    return false; // nobody has the number
  }
}

afterAll(async () => {
  for (const bed of [single, tcpSingle, patient]) await bed[Symbol.asyncDispose]();
});

test('close() does not wait for a thread inside a system call', async () => {
  using pipe = await Fifo.make();
  await using served = await patient.serve(COMMANDS);
  const { server } = served;
  const reading = await Client.connect(server.serverAddress, `readFifo ${pipe.path}`);
  await reading.heard('reading');
  const { drained, killed, abandoned } = await server.close({ graceMs: 0 });
  // Nothing tells when the system call has begun: on a busy machine the thread may be ended before.
  expect([drained, killed + abandoned]).toEqual([0, 1]);
  expect(server.stats()).toMatchObject({ accepted: 1, active: 0, failed: 1 });
  await reading.ended;
});

describe.each([
  ['tcp', tcpSingle],
  ['unix', single],
])('a thread that nobody can end, inside a system call (%s),', (_, bed) => {
  test('holds up nobody, and its client sees an end', async () => {
    using pipe = await Fifo.make();
    await using served = await bed.serve(COMMANDS);
    const { server } = served;
    const reading = await Client.connect(server.serverAddress, `readFifo ${pipe.path}`);
    await reading.heard('reading');
    expect(await askStream(server.serverAddress, 'upper hello\n')).toBe('HELLO');
    await server.served(2);
    expect(server.errors.entries).toMatchObject([{ error: { code: 'ERR_SOCKETSERVER_STUCK' } }]);
    await reading.ended;
    expect(threadsOf(server)).toMatchObject({ workers: { serving: 1, draining: 1 }, active: 0 });
    pipe.wakeReaders();
    await until(() => threadsOf(server).workers.draining === 0);
  });

  test('that has closed its connection, ends no stranger in its place', async () => {
    using pipe = await Fifo.make();
    await using served = await bed.serve(COMMANDS);
    const { server } = served;
    const left = await Client.connect(server.serverAddress, `leaveAndReadFifo ${pipe.path}`);
    const fd = Number(await left.ended);
    // The lowest free number is given to whoever comes next.
    const strangers: Client[] = [];
    while (!isSocket(fd)) {
      const stranger = await Client.connect(server.serverAddress, 'forever');
      await stranger.heard('waiting');
      strangers.push(stranger);
    }
    await until(() => server.stats().failed === 1);
    await new Promise((resolve) => setTimeout(resolve, 2 * STUCK_MS)); // it would have been ended by then
    expect(strangers.filter(({ socket }) => socket.readableEnded)).toEqual([]);
    for (const { socket } of strangers) socket.destroy();
    pipe.wakeReaders();
    await until(() => threadsOf(server).workers.draining === 0);
  });
});

test('as many threads are replaced as may serve, no more; then clients are refused, until one is free', async () => {
  using pipe = await Fifo.make();
  await using served = await single.serve(COMMANDS);
  const { server } = served;
  for (let blocked = 1; blocked <= 2; blocked++) {
    const reading = await Client.connect(server.serverAddress, `readFifo ${pipe.path}`);
    await reading.ended;
    await server.served(blocked);
  }
  for (let client = 0; client < 3; client++) {
    expect(await askStream(server.serverAddress, 'upper hello\n')).toBe('');
  }
  await server.served(5);
  const refusals = server.errors.entries.filter(({ error }) =>
    (error as Error).message.includes('2 that are blocked'),
  );
  expect(refusals).toHaveLength(4);
  expect(refusals.filter(({ request }) => request === undefined)).toHaveLength(1);
  expect(threadsOf(server)).toMatchObject({ workers: { serving: 0, starting: 0, draining: 2 }, failed: 5 });
  pipe.wakeReaders();
  await until(() => threadsOf(server).workers.serving === 1);
  expect(await askStream(server.serverAddress, 'upper hello\n')).toBe('HELLO');
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
