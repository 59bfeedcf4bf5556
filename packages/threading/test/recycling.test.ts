import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { askStream, askUdp, until, type RecordingServer, type TestBed } from '@socketserver/testing';
import { ThreadingTCPServer } from '@socketserver/threading';
import { reload, tcpBed, threadsOf, udpBed, unixBed } from './support/beds.js';
import { Client } from './support/clients.js';
import { fixture } from './support/program.js';

const COMMANDS = fixture('commands.mjs');
const MEGABYTE = 1_048_576;
const beds: TestBed[] = [];

function kept(bed: TestBed): TestBed {
  beds.push(bed);
  return bed;
}

afterAll(async () => {
  for (const bed of beds) await bed[Symbol.asyncDispose]();
});

const thread = ({ serverAddress }: RecordingServer): Promise<string> => askStream(serverAddress, 'thread\n');

describe('maxRequestsPerThread', () => {
  test.each([
    ['TCP', kept(tcpBed({ maxThreads: 1, maxRequestsPerThread: 10 }))],
    ['a Unix stream', kept(unixBed({ maxThreads: 1, maxRequestsPerThread: 10 }))],
  ])('with %s: threads are replaced under load, and nothing is lost', async (_, bed) => {
    await using served = await bed.serve(COMMANDS);
    const { server } = served;
    const seen = new Set<string>();
    while (seen.size < 4) {
      for (const answer of await Promise.all([1, 2, 3, 4].map(() => thread(server)))) seen.add(answer);
    }
    await until(() => server.stats().active === 0);
    expect([...seen].every((answer) => /^Thread-\d+$/.test(answer))).toBe(true);
    expect(server.errors.entries).toEqual([]);
    const { accepted, completed } = server.stats();
    expect(completed).toBe(accepted);
    await until(() => threadsOf(server).workers.draining === 0);
    expect(threadsOf(server).workers.serving).toBe(1);
  });

  test('a thread has served at least so many, and at most the jitter more before its replacement starts', async () => {
    const bed = kept(tcpBed({ maxThreads: 1, maxRequestsPerThread: 5, maxRequestsJitter: 3 }));
    await using served = await bed.serve(COMMANDS);
    const { server } = served;
    const first = await thread(server);
    for (let request = 1; request < 5; request++) expect(await thread(server)).toBe(first);
    // Whether it serves more is a matter of the jitter, and of how long the replacement takes.
    let count = 5;
    while ((await thread(server)) === first) count++;
    expect(count).toBeGreaterThanOrEqual(5);
    expect(server.errors.entries).toEqual([]);
  });

  test('the old thread ends when its last request has', async () => {
    const bed = kept(tcpBed({ maxThreads: 1, maxRequestsPerThread: 2 }));
    await using served = await bed.serve(COMMANDS);
    const { server } = served;
    const client = await Client.connect(server.serverAddress, 'forever');
    await client.heard('waiting');
    const first = await thread(server);
    await until(() => threadsOf(server).workers.draining === 1);
    expect(threadsOf(server).workers.serving).toBe(1);
    expect(await thread(server)).not.toBe(first);
    expect(client.socket.closed).toBe(false);
    // There are never more than twice `maxThreads`: the new one serves on, though it is worn.
    for (let request = 0; request < 10; request++) await thread(server);
    expect(threadsOf(server)).toMatchObject({ workers: { serving: 1, draining: 1 } });
    await until(() => server.stats().active === 1);
    expect(await server.close({ graceMs: 0 })).toEqual({ drained: 0, cut: 0, killed: 1, abandoned: 0 });
    await client.ended;
  });

  test('datagrams go on, too', async () => {
    const bed = kept(udpBed({ maxThreads: 1, maxRequestsPerThread: 3 }));
    await using served = await bed.serve(bed.handler('upper'));
    const { server } = served;
    const address = server.serverAddress as Parameters<typeof askUdp>[0];
    for (let request = 0; request < 60; request++)
      expect(await askUdp(address, `${request}`)).toBe(`${request}`);
    expect(server.errors.entries).toEqual([]);
  });
});

describe('maxWorkerMemory', () => {
  test('a thread that leaks is replaced; nothing is lost', async () => {
    const bed = kept(tcpBed({ maxThreads: 1, maxWorkerMemory: 64 * MEGABYTE }));
    await using served = await bed.serve(COMMANDS);
    const { server } = served;
    const client = await Client.connect(server.serverAddress, 'forever');
    await client.heard('waiting');
    const small = await askStream(server.serverAddress, 'leak 1\n');
    expect(await askStream(server.serverAddress, 'leak 80\n')).toBe(small);
    await until(() => threadsOf(server).workers.draining === 1);
    const fresh = await thread(server);
    expect(fresh).not.toBe(small);
    expect(client.socket.closed).toBe(false);
    expect(server.errors.entries).toEqual([]);
    await server.close({ graceMs: 0 });
    await client.ended;
  });
});

describe('reload()', () => {
  let folder: string;
  let file: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'threading-'));
    file = join(folder, 'handler.mjs');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const CORE = import.meta.resolve('@socketserver/core');
  /** Answers each line with `text` and what the context says. */
  function write(text: string): URL {
    writeFileSync(
      file,
      `import { StreamRequestHandler } from '${CORE}';
       export default class Handler extends StreamRequestHandler {
         async handle() {
           for await (const _ of this.rfile) await this.wfile.write('${text} ' + this.server.context + '\\n');
         }
       }`,
    );
    return pathToFileURL(file);
  }

  const bed = kept(tcpBed({ maxThreads: 2 }));

  test('new requests meet the new module and the present context, running ones the old', async () => {
    await using served = await bed.serve(write('old'), { context: 1 });
    const { server } = served;
    const client = await Client.connect(server.serverAddress, '');
    await client.heard('old 1\n');

    write('new');
    server.context = 2;
    await reload(server);
    for (let request = 0; request < 10; request++)
      expect(await askStream(server.serverAddress, '\n')).toBe('new 2\n');
    await until(() => threadsOf(server).workers.draining === 1); // the other old one had no request
    expect(threadsOf(server).workers.serving).toBe(2);
    client.socket.write('\n');
    await client.heard('old 1\nold 1\n');
    client.socket.end();
    await client.ended;
    await until(() => threadsOf(server).workers.draining === 0);
    expect(server.errors.entries).toEqual([]);
  });

  test('under load no connection is refused or dropped', async () => {
    await using served = await bed.serve(write('version 0'));
    const { server } = served;
    let isOver = false;
    const client = async (): Promise<number> => {
      let latest = 0;
      while (!isOver) {
        const version = Number(
          /^version (\d+) undefined\n$/.exec(await askStream(server.serverAddress, '\n'))?.[1],
        );
        expect(version).toBeGreaterThanOrEqual(latest);
        latest = version;
      }
      return latest;
    };
    const clients = Array.from({ length: 8 }, client);
    for (let version = 1; version <= 5; version++) {
      write(`version ${version}`);
      await reload(server);
      expect(await askStream(server.serverAddress, '\n')).toBe(`version ${version} undefined\n`);
    }
    isOver = true;
    await Promise.all(clients);
    await until(() => threadsOf(server).workers.draining === 0 && server.stats().active === 0);
    const { accepted, completed } = server.stats();
    expect(completed).toBe(accepted);
    expect(server.errors.entries).toEqual([]);
  });

  test.each([
    ['has a syntax error', 'export default class {', { name: 'SyntaxError' }],
    [
      'throws',
      'throw Object.assign(new RangeError("not today"), { code: "ERR_TEST" });',
      { name: 'RangeError', message: 'not today', code: 'ERR_TEST' },
    ],
    ['exits', 'process.exit(3);', { code: 'ERR_SOCKETSERVER_WORKER_START' }],
    ['exports no handler', 'export default 5;', { code: 'ERR_SOCKETSERVER_BAD_HANDLER' }],
  ])('a new module that %s leaves the old threads serving', async (_, source, error) => {
    await using served = await bed.serve(write('old'));
    const { server } = served;
    writeFileSync(file, source);
    await expect(reload(server)).rejects.toMatchObject(error);
    for (let request = 0; request < 4; request++) {
      expect(await askStream(server.serverAddress, '\n')).toBe('old undefined\n');
    }
    expect(threadsOf(server)).toMatchObject({ workers: { serving: 2, draining: 0 } });
    expect(server.errors.entries).toEqual([]);

    write('mended');
    await reload(server);
    expect(await askStream(server.serverAddress, '\n')).toBe('mended undefined\n');
  });

  test('one that is called while another runs begins after it', async () => {
    await using served = await bed.serve(write('old'));
    const { server } = served;
    writeFileSync(file, 'throw new Error("broken");');
    const first = reload(server).catch((error: unknown) => error);
    const second = reload(server).catch((error: unknown) => error);
    expect(await first).toMatchObject({ message: 'broken' });
    expect(await second).toMatchObject({ message: 'broken' });
    write('one');
    const both = [reload(server), reload(server)];
    await both[0];
    write('two');
    await Promise.all([both[1], reload(server)]);
    expect(await askStream(server.serverAddress, '\n')).toBe('two undefined\n');
    await until(() => threadsOf(server).workers.draining === 0);
    expect(threadsOf(server).workers.serving).toBe(2);
  });

  test('before listen() and after close() it is refused; close() ends one that runs', async () => {
    await using server = new ThreadingTCPServer({ host: '127.0.0.1', port: 0 }, write('old'));
    await expect(server.reload()).rejects.toMatchObject({ code: 'ERR_SOCKETSERVER_NOT_LISTENING' });
    await server.listen();
    const reloading = server.reload().catch((error: unknown) => error);
    await server.close();
    expect([undefined, 'ERR_SOCKETSERVER_CLOSED']).toContain(
      ((await reloading) as { code?: string } | undefined)?.code,
    );
    await expect(server.reload()).rejects.toMatchObject({ code: 'ERR_SOCKETSERVER_CLOSED' });
    expect(server.stats()).toMatchObject({ workers: { serving: 0, draining: 0 } });
  });

  test('a thread that dies meanwhile is replaced', async () => {
    await using served = await bed.serve(write('old'));
    const { server } = served;
    writeFileSync(file, `export { default } from '${COMMANDS.href}';`);
    await reload(server);
    const reloading = reload(server);
    await askStream(server.serverAddress, 'exit 1\n');
    await reloading;
    await until(() => threadsOf(server).workers.serving === 2 && threadsOf(server).workers.draining === 0);
    expect(await askStream(server.serverAddress, 'upper on\n')).toBe('ON');
  });
});
