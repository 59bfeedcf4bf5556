import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import type { BoundAddress } from '@socketserver/core';
import { askStream, connectTo, readAll, until, type TestBed } from '@socketserver/testing';
import { tcpBed, threadsOf, unixBed } from './support/beds.js';
import { Client } from './support/clients.js';
import { canTransfer, fixture, packageFile, run, runFixture, WITHOUT_KOFFI } from './support/program.js';

/** Starting a dozen threads takes seconds beside heavy load. */
const MANY_STARTS_MS = 80_000;

const COMMANDS = fixture('commands.mjs');
const tcp = tcpBed({ maxThreads: 2 });
const unix = unixBed({ maxThreads: 2 });
const streams = [tcp, unix].map((bed) => [bed.composition.name, bed] as const);
const beds: TestBed[] = [tcp, unix];

afterAll(async () => {
  for (const bed of beds) await bed[Symbol.asyncDispose]();
});

describe('close() during listen()', () => {
  test.each(['while the handler is loaded, which never ends', 'before there is a thread'])(
    '%s',
    async (when) => {
      const folder = mkdtempSync(join(tmpdir(), 'threading-'));
      try {
        const log = join(folder, 'loads');
        const handler = fixture('never-loads.mjs');
        handler.searchParams.set('log', log);
        const server = tcp.make(handler);
        const listening = server.listen().catch((error: unknown) => error);
        if (when.startsWith('while')) await until(() => readSafely(log) === '..');
        expect(await server.close({ graceMs: 0 })).toEqual({ drained: 0, cut: 0, killed: 0, abandoned: 0 });
        expect(await listening).toMatchObject({ code: 'ERR_SOCKETSERVER_CLOSED' });
        expect(server.state).toBe('closed');
        expect(server.fileno()).toBe(-1);
      } finally {
        rmSync(folder, { recursive: true });
      }
    },
  );

  test('at any moment leaves a closed server', async () => {
    for (let round = 0; round < 20; round++) {
      const server = tcp.make(COMMANDS);
      const listening = server.listen().catch((error: unknown) => error);
      for (let turn = 0; turn < round * 5; turn++) await new Promise((resolve) => setImmediate(resolve));
      await server.close();
      expect([undefined, 'ERR_SOCKETSERVER_CLOSED']).toContain(
        ((await listening) as { code?: string } | undefined)?.code,
      );
      expect(server.fileno()).toBe(-1);
      expect(threadsOf(server).workers.serving).toBe(0);
    }
  });
});

test('threads that leave when idle are no hindrance to those that come', async () => {
  const bed = tcpBed({ minThreads: 1, maxThreads: 4, requestsPerThread: 1, idleTimeout: 1 });
  beds.push(bed);
  await using served = await bed.serve(COMMANDS);
  const { server } = served;
  for (let burst = 0; burst < 40; burst++) {
    const asked = Array.from({ length: 12 }, () => askStream(server.serverAddress, 'upper x\n'));
    expect(await Promise.all(asked)).toEqual(Array(12).fill('X'));
    // The next burst comes the very moment that they leave.
    await until(() => threadsOf(server).workers.serving === 1);
  }
  await server.served(480);
  expect(server.errors.entries).toEqual([]);
  expect(server.stats()).toMatchObject({ accepted: 480, completed: 480 });
});

test('threads that die of close() end it', async () => {
  await using served = await tcp.serve(COMMANDS);
  const { server } = served;
  const clients = [];
  for (const command of ['exitWhenAborted 4', 'exitWhenAborted 5', 'forever', 'forever']) {
    const client = await Client.connect(server.serverAddress, command);
    await client.heard('waiting');
    clients.push(client);
  }
  expect(await server.close()).toEqual({ drained: 4, cut: 0, killed: 0, abandoned: 0 });
  await Promise.all(clients.map(({ ended }) => ended));
  expect(server.stats()).toMatchObject({ accepted: 4, active: 0, completed: 0, failed: 4 });
  expect(server.errors).toHaveLength(4);
});

describe.each(streams)('%s', (_, bed) => {
  test('bytes that came while verifyRequest() was waiting are the first that the handler reads', async () => {
    let verify: () => void = () => {};
    const Server = class extends bed.Server {
      override async verifyRequest(): Promise<boolean> {
        await new Promise<void>((resolve) => (verify = resolve));
        return true;
      }
    };
    await using served = await bed.serve(COMMANDS, { Server });
    const socket = await connectTo(served.server.serverAddress);
    socket.write('upper ');
    await until(() => served.server.stats().active === 1);
    socket.end('early\n');
    await once(socket, 'finish');
    verify();
    expect((await readAll(socket)).toString()).toBe('EARLY');
  });
});

test('a client that resets before the hand-over has disconnected', async () => {
  let verify: () => void = () => {};
  const Server = class extends tcp.Server {
    override async verifyRequest(): Promise<boolean> {
      await new Promise<void>((resolve) => (verify = resolve));
      return true;
    }
  };
  await using served = await tcp.serve(COMMANDS, { Server });
  const { server } = served;
  const socket = (await connectTo(server.serverAddress)) as Socket;
  socket.on('error', () => {});
  await until(() => server.stats().active === 1);
  socket.resetAndDestroy();
  await once(socket, 'close');
  verify();
  await server.served(1);
  expect(server.stats()).toMatchObject({ accepted: 1, active: 0, disconnected: 1, failed: 0 });
  expect(server.errors).toHaveLength(0);
});

test.each([
  ['unix', '', { handOver: 'dup', errors: ['dup EMFILE'] }],
  ['tcp', '', { handOver: 'dup', errors: ['dup EMFILE'] }],
  ...(canTransfer
    ? [['tcp', WITHOUT_KOFFI.join(' '), { handOver: 'transfer', errors: ['open EMFILE'] }] as const]
    : []),
])(
  'a %s connection for which there is no descriptor is closed, counted and reported %s',
  async (family, options, expected) => {
    const program = `${process.execPath} ${options} ${packageFile('test/fixtures/out-of-descriptors.mjs')} ${family}`;
    const { stdout, stderr } = await run('/bin/sh', ['-c', `ulimit -n 256; exec ${program}`]);
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toEqual({
      answers: ['HELLO', expect.not.stringContaining('HELLO'), 'HELLO'],
      ...expected,
      stats: { accepted: 3, active: 0, completed: 2, failed: 1, rejected: 0 },
    });
  },
);

test.each(['unix', 'tcp'])(
  'with more %s clients than descriptors, those that find none wait, and all are answered',
  async (family) => {
    const CLIENTS = 200;
    const { NODE_OPTIONS: _, ...env } = process.env;
    const limited = `ulimit -n 160; exec ${process.execPath} ${packageFile('test/fixtures/crowded.mjs')} ${family}`;
    const program = spawn('/bin/sh', ['-c', limited], { env });
    let printed = '';
    program.stdout.on('data', (chunk) => (printed += String(chunk)));
    try {
      await until(() => printed.endsWith('\n'));
      const address = JSON.parse(printed) as BoundAddress;
      printed = '';
      const clients = await Promise.all(Array.from({ length: CLIENTS }, () => connectTo(address)));
      await until(() => printed === 'server: EMFILE\n');
      const answers = await Promise.all(
        clients.map(async (client) => {
          client.end('hello');
          return String(await readAll(client));
        }),
      );
      expect(answers).toEqual(Array.from({ length: CLIENTS }, () => 'HELLO'));
      expect(printed).toBe('server: EMFILE\n');
    } finally {
      program.kill('SIGKILL');
    }
  },
);

test(
  'a closed server leaves no thread, no descriptor and no timer',
  async () => {
    const { code, stdout, stderr } = await runFixture('leaves-nothing.mjs', [], MANY_STARTS_MS);
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: 'nothing is left\n', stderr: '' });
  },
  1.1 * MANY_STARTS_MS,
);

function readSafely(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // not there yet
  }
}
