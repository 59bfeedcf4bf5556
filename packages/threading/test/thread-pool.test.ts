import { readdirSync } from 'node:fs';
import type { Socket } from 'node:net';
import { threadId } from 'node:worker_threads';
import { afterAll, describe, expect, test } from '@jest/globals';
import { askStream, until, type TestBed } from '@socketserver/testing';
import { ThreadingMixIn, ThreadingTCPServer, type ThreadContext } from '@socketserver/threading';
import { StreamRequestHandler, TCPServer } from '@socketserver/core';
import { tcpBed, threadsOf } from './support/beds.js';
import { Client } from './support/clients.js';
import { fixture, runFixture, startFixture } from './support/program.js';

const COMMANDS = fixture('commands.mjs');
const LOOPBACK = { host: '127.0.0.1', port: 0 };
const beds: TestBed[] = [];

function bedOf(tuning: Parameters<typeof tcpBed>[0]): TestBed {
  const bed = tcpBed(tuning);
  beds.push(bed);
  return bed;
}

afterAll(async () => {
  for (const bed of beds) await bed[Symbol.asyncDispose]();
});

describe('requestsPerThread: 1', () => {
  test('threads are started up to maxThreads, and no further', async () => {
    const bed = bedOf({ minThreads: 1, maxThreads: 3, requestsPerThread: 1, idleTimeout: 50 });
    await using served = await bed.serve(COMMANDS);
    const { server } = served;
    expect(threadsOf(server).workers.serving).toBe(1);
    const clients: Client[] = [];
    for (let client = 0; client < 3; client++) {
      clients.push(await Client.connect(server.serverAddress, 'forever'));
      await clients[client]?.heard('waiting');
    }
    expect(threadsOf(server).workers.serving).toBe(3);
    // All are full: the fourth waits.
    await Client.connect(server.serverAddress, 'upper late');
    await until(() => server.stats().active === 4);
    expect(threadsOf(server).workers.serving).toBe(3);
    await server.close({ graceMs: 0 });
    expect(await Promise.all(clients.map(({ ended }) => ended))).toEqual(Array(3).fill('waiting\n'));
    expect(server.stats()).toMatchObject({ accepted: 4, active: 0, failed: 4 });
  });

  test('idle threads above minThreads end', async () => {
    const bed = bedOf({ minThreads: 1, maxThreads: 3, requestsPerThread: 1, idleTimeout: 20 });
    await using served = await bed.serve(COMMANDS, { context: { cells: new SharedArrayBuffer(8) } });
    const { server } = served;
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => askStream(server.serverAddress, 'thread\n')),
    );
    expect(answers.every((answer) => /^Thread-\d+$/.test(answer))).toBe(true);
    await until(() => threadsOf(server).workers.serving === 1);
    expect(server.errors).toHaveLength(0);
    expect(await askStream(server.serverAddress, 'upper still\n')).toBe('STILL');
  });
});

describe('context', () => {
  test('shared memory is shared by all threads', async () => {
    const cells = new Int32Array(new SharedArrayBuffer(8));
    await using served = await bedOf({ maxThreads: 2 }).serve(COMMANDS, { context: { cells: cells.buffer } });
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => askStream(served.server.serverAddress, 'add\n')),
    );
    expect(answers.map(Number).toSorted((a, b) => a - b)).toEqual([...Array(10).keys()]);
    expect(Atomics.load(cells, 0)).toBe(10);
  });

  test('threadContext() gives each thread a port of its own', async () => {
    let threads = 0;
    class Server extends ThreadingTCPServer {
      override threadContext(): ThreadContext {
        const { port1, port2 } = new MessageChannel();
        const number = ++threads;
        port1.on('message', () => port1.postMessage(number));
        port1.unref();
        return { context: { port: port2 }, transfer: [port2] };
      }
    }
    await using server = new Server(LOOPBACK, COMMANDS);
    await server.listen();
    void server.serveForever();
    expect(threads).toBe(server.stats().workers.serving);
    expect(['1', '2']).toContain(await askStream(server.serverAddress, 'ask\n'));
  });

  test('a large one is whole in every thread', async () => {
    const context = { bytes: new Uint8Array(64 * 1_048_576) };
    await using served = await bedOf({ maxThreads: 2 }).serve(COMMANDS, { context });
    const { serverAddress } = served.server;
    const answers = await Promise.all([1, 2].map(() => askStream(serverAddress, 'sizeOfContext\n')));
    expect(answers).toEqual(Array(2).fill(`${context.bytes.length}`));
  });

  test.each([
    ['a port that is not transferred', () => ({ context: new MessageChannel().port1 })],
    ['a transfer list with what cannot be transferred', () => ({ context: {}, transfer: [5] })],
    ['a transfer list that is none', () => ({ context: {}, transfer: 5 })],
    [
      'a getter that throws',
      () => ({
        context: {
          get size() {
            throw new Error('no size');
          },
        },
      }),
    ],
  ])('%s fails listen()', async (_, threadContext) => {
    await using server = Object.assign(new ThreadingTCPServer(LOOPBACK, COMMANDS), { threadContext });
    await expect(server.listen()).rejects.toMatchObject({ code: 'ERR_SOCKETSERVER_BAD_CONTEXT' });
    expect(server.state).toBe('closed');
  });

  test('a port that is transferred to the first thread is missed by the second', async () => {
    const { port2 } = new MessageChannel();
    const threadContext = () => ({ context: { port: port2 }, transfer: [port2] });
    await using server = Object.assign(new ThreadingTCPServer(LOOPBACK, COMMANDS), { threadContext });
    server.maxThreads = 2;
    await expect(server.listen()).rejects.toMatchObject({ code: 'ERR_SOCKETSERVER_BAD_CONTEXT' });
  });

  test('threadContext() that throws fails listen() with its error', async () => {
    await using server = new ThreadingTCPServer(LOOPBACK, COMMANDS);
    server.threadContext = () => {
      throw new TypeError('none today');
    };
    const before = threadCount();
    await expect(server.listen()).rejects.toThrow('none today');
    expect(server.state).toBe('closed');
    await until(() => threadCount() <= before);
  });

  test('what cannot be cloned fails listen()', async () => {
    await using server = new ThreadingTCPServer(LOOPBACK, COMMANDS);
    server.context = { tools: { log: () => {} } };
    await expect(server.listen()).rejects.toMatchObject({
      code: 'ERR_SOCKETSERVER_BAD_CONTEXT',
      message: expect.stringMatching(/^Expected `context\.tools\.log` to be .*; override threadContext\(\)/),
    });
    expect(server.state).toBe('closed');
  });
});

test('when close() resolves no thread is left, also without blockOnClose', async () => {
  const server = new ThreadingTCPServer(LOOPBACK, COMMANDS);
  server.blockOnClose = false;
  await server.listen();
  expect(server.stats().workers.serving).toBeGreaterThan(0);
  await server.close();
  expect(server.stats()).toMatchObject({ workers: { serving: 0, draining: 0 } });
});

describe('bad fields fail listen() with their name', () => {
  test.each([
    ['maxThreads', { maxThreads: 0 }],
    ['maxThreads', { maxThreads: 1.5 }],
    ['minThreads', { minThreads: 3, maxThreads: 2 }],
    ['requestsPerThread', { requestsPerThread: 0 }],
    ['idleTimeout', { idleTimeout: -1 }],
    ['idleTimeout', { idleTimeout: 2 ** 31 }],
    ['stuckTimeout', { stuckTimeout: -1 }],
    ['stuckTimeout', { stuckTimeout: Infinity }],
    ['maxRequestsPerThread', { maxRequestsPerThread: -1 }],
    ['maxRequestsJitter', { maxRequestsJitter: 0.5 }],
    ['maxWorkerMemory', { maxWorkerMemory: '1 GB' }],
    ['resourceLimits', { resourceLimits: 5 }],
    ['env', { env: 5 }],
    ['execArgv', { execArgv: '--no-warnings' }],
    ['poolOptions', { poolOptions: null }],
    ['poolOptions.atomics', { poolOptions: { atomics: 'sync' } }],
    ['poolOptions.filename', { poolOptions: { filename: 'x.js' } }],
    ['poolOptions.maxThreads', { poolOptions: { maxThreads: 2 } }],
    ['poolOptions.loadBalancer', { poolOptions: { loadBalancer: () => null } }],
  ])('%s: %j', async (name, fields) => {
    await using server = Object.assign(new ThreadingTCPServer(LOOPBACK, COMMANDS), fields as object);
    await expect(server.listen()).rejects.toMatchObject({
      code: 'ERR_SOCKETSERVER_BAD_ARGUMENT',
      message: expect.stringMatching(new RegExp(`^Expected \`${name}\` to be .*, got `)),
    });
  });

  test('options that Node refuses fail it with Node’s own error', async () => {
    await using server = new ThreadingTCPServer(LOOPBACK, COMMANDS);
    server.execArgv = ['--no-such-flag'];
    await expect(server.listen()).rejects.toMatchObject({ code: 'ERR_WORKER_INVALID_EXEC_ARGV' });
    expect(server.state).toBe('closed');
  });

  test('the environment reaches the threads', async () => {
    await using server = new ThreadingTCPServer(LOOPBACK, COMMANDS);
    server.env = { ...process.env, GREETING: 'good morning' };
    await server.listen();
    void server.serveForever();
    expect(await askStream(server.serverAddress, 'env GREETING\n')).toBe('good morning');
  });

  test('atomics that are disabled are let through', async () => {
    await using server = new ThreadingTCPServer(LOOPBACK, COMMANDS);
    Object.assign(server, { poolOptions: { atomics: 'disabled' } });
    await expect(server.listen()).resolves.toBeUndefined();
  });
});

test('any subclass of the user’s serves in threads, its hooks on the main side', async () => {
  const seen: string[] = [];
  class Named extends TCPServer {
    override verifyRequest(): boolean {
      seen.push(`verified in ${threadId}`);
      return true;
    }
  }
  class Server extends ThreadingMixIn(Named) {
    override maxThreads = 1;
    override handleError(error: unknown): void {
      seen.push(`${(error as Error).message} in ${threadId}`);
    }
    override async shutdownRequest(request: Socket): Promise<void> {
      seen.push(`shut down in ${threadId}`);
      await super.shutdownRequest(request);
    }
  }
  await using server = new Server(LOOPBACK, COMMANDS);
  await server.listen();
  void server.serveForever();
  const answer = await askStream(server.serverAddress, 'thread\n');
  expect(answer).toMatch(/^Thread-\d+$/);
  expect(answer).not.toBe(`Thread-${threadId}`);
  await until(() => seen.length === 2);
  await askStream(server.serverAddress, 'fail oops\n');
  await until(() => seen.length === 5);
  const here = [`verified in ${threadId}`, `shut down in ${threadId}`];
  expect(seen).toEqual([...here, here[0], `oops in ${threadId}`, here[1]]);
});

test('a handler class without a url is refused at construction, with the line to add', () => {
  class Nowhere extends StreamRequestHandler {}
  expect(() => new ThreadingTCPServer(LOOPBACK, Nowhere)).toThrow('static readonly url = import.meta.url;');
});

describe('the process', () => {
  test('ends by itself after listen(), and after close() with a handler that never ends', async () => {
    expect(await runFixture('leave.mjs', ['listen', ''])).toMatchObject({
      code: 0,
      stdout: 'left\n',
      stderr: '',
    });
    const { code, stdout, stderr } = await runFixture('leave.mjs', ['close', '']);
    expect({ code, stdout: stdout.split('\n')[0] }).toEqual({
      code: 0,
      stdout: JSON.stringify({ drained: 0, cut: 0, killed: 1, abandoned: 0 }),
    });
    expect(stderr).toContain('ERR_SOCKETSERVER_WORKER_DIED');
  });

  test.each(['daemon', 'later'])('does not wait for daemonThreads (%s) after serverClose()', async (when) => {
    expect(await runFixture('leave.mjs', ['serverClose', when])).toMatchObject({ code: 0, stdout: 'left\n' });
  });

  test('waits for other threads after serverClose()', async () => {
    using other = startFixture('leave.mjs', ['serverClose', '']);
    await other.printed('left\n');
    // It would end at once.
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(other.process.exitCode).toBe(null);
  });
});

/** Of this process, as the system counts them. */
function threadCount(): number {
  return readdirSync('/proc/self/task').length;
}
