import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, test } from '@jest/globals';
import { askStream, askUdp, connectTo, readAll, readLine, until } from '@socketserver/testing';
import { ForkingUDPServer } from '@socketserver/forking';
import { isRunning } from './support/processes.js';
import { codes, make, serve } from './support/servers.js';

const folder = mkdtempSync(join(tmpdir(), 'forking-reload-'));
const core = import.meta.resolve('@socketserver/core');
let files = 0;

afterAll(() => rmSync(folder, { recursive: true }));

/** A module on disk, and what it imports, which can be rewritten. */
class HandlerFile {
  readonly path = join(folder, `handler-${++files}.mjs`);
  readonly #helper = join(folder, `helper-${files}.mjs`);

  constructor(answer: string) {
    writeFileSync(
      this.path,
      `import { StreamRequestHandler } from ${JSON.stringify(core)};
       import { answer } from ${JSON.stringify(pathToFileURL(this.#helper))};
       export default class extends StreamRequestHandler {
         async handle() {
           const line = (await this.rfile.readLine()).toString();
           if (line === 'hold\\n') {
             await this.wfile.write('holding\\n');
             await this.rfile.readLine();
           }
           await this.wfile.write([answer, this.server.context, process.pid].join(' '));
         }
       }`,
    );
    this.write(`export const answer = ${JSON.stringify(answer)};`);
  }

  get url(): URL {
    return pathToFileURL(this.path);
  }

  /** What the module imports becomes this. */
  write(text: string): void {
    writeFileSync(this.#helper, text);
  }

  answers(answer: string): void {
    this.write(`export const answer = ${JSON.stringify(answer)};`);
  }
}

describe('reload()', () => {
  test('loads the module anew, with what it imports and the present context; running requests end with the old', async () => {
    const file = new HandlerFile('one');
    await using served = await serve({ maxChildren: 2, context: 'A' }, file.url);
    const { server } = served;
    const old = [...server.activeChildren];
    const held = await connectTo(server.serverAddress);
    held.write('hold\n');
    await readLine(held);
    file.answers('two');
    server.context = 'B';
    await server.reload();
    expect(await askStream(server.serverAddress, '\n')).toMatch(/^two B \d+$/);
    held.end('go on\n');
    expect((await readAll(held)).toString()).toMatch(/^one A \d+$/);
    await until(() => !old.some(isRunning) && server.activeChildren.length === 2);
    expect(codes(server)).toEqual([]);
  });

  test('under load refuses and drops no connection', async () => {
    const file = new HandlerFile('0');
    await using served = await serve({ maxChildren: 2 }, file.url);
    const { server } = served;
    const seen = new Set<string>();
    let asked = 0;
    let loading = true;
    const client = async (): Promise<void> => {
      while (loading) {
        asked++;
        seen.add((await askStream(server.serverAddress, '\n')).split(' ')[0]!);
      }
    };
    const clients = Array.from({ length: 8 }, client);
    for (let n = 1; n <= 3; n++) {
      file.answers(String(n));
      await server.reload();
      await until(() => seen.has(String(n)));
    }
    loading = false;
    await Promise.all(clients);
    await server.served(asked);
    expect([...seen].toSorted()).toEqual(['0', '1', '2', '3']);
    expect(server.stats()).toMatchObject({ accepted: asked, completed: asked, failed: 0, rejected: 0 });
  });

  test.each([
    [
      'throws',
      `export const answer = ''; throw new RangeError('not today');`,
      { name: 'RangeError', message: 'not today' },
    ],
    ['is no module', 'export const =', { name: 'SyntaxError' }],
    [
      'ends the process',
      `export const answer = ''; process.exit(3);`,
      { code: 'ERR_SOCKETSERVER_WORKER_START' },
    ],
  ])('of a module that %s leaves the old one serving, and rejects with why', async (_, text, error) => {
    const file = new HandlerFile('one');
    await using served = await serve({ maxChildren: 2 }, file.url);
    const { server } = served;
    const old = [...server.activeChildren];
    file.write(text);
    await expect(server.reload()).rejects.toMatchObject(error);
    expect(await askStream(server.serverAddress, '\n')).toMatch(/^one /);
    await until(() => server.activeChildren.length === 2);
    expect(new Set(server.activeChildren)).toEqual(new Set(old));
    file.answers('two');
    await server.reload();
    expect(await askStream(server.serverAddress, '\n')).toMatch(/^two /);
    expect(codes(server)).toEqual([]);
  });

  test('with a context that cannot cross says where, and leaves the old children serving', async () => {
    const file = new HandlerFile('one');
    await using served = await serve({ context: 'A' }, file.url);
    const { server } = served;
    server.context = { f() {} };
    await expect(server.reload()).rejects.toMatchObject({
      code: 'ERR_SOCKETSERVER_BAD_CONTEXT',
      message: expect.stringContaining('context.f'),
    });
    expect(await askStream(server.serverAddress, '\n')).toMatch(/^one A /);
  });

  test('called while another runs begins after it', async () => {
    const file = new HandlerFile('one');
    await using served = await serve({}, file.url);
    const { server } = served;
    file.answers('two');
    const first = server.reload();
    const second = server.reload();
    await first;
    expect(await askStream(server.serverAddress, '\n')).toMatch(/^two /);
    file.answers('three');
    await second;
    await server.reload();
    expect(await askStream(server.serverAddress, '\n')).toMatch(/^three /);
    await until(() => server.activeChildren.length === 1);
  });

  test('keeps the standbys: a fresh process for every request is of the new module', async () => {
    const file = new HandlerFile('one');
    await using served = await serve({ maxRequestsPerChild: 1, maxChildren: 2 }, file.url);
    const { server } = served;
    expect(await askStream(server.serverAddress, '\n')).toMatch(/^one /);
    file.answers('two');
    await server.reload();
    const answers = await Promise.all(Array.from({ length: 6 }, () => askStream(server.serverAddress, '\n')));
    for (const answer of answers) expect(answer).toMatch(/^two /);
    expect(new Set(answers).size).toBe(6);
  });

  test('of datagrams answers each of them', async () => {
    const url = new URL('./fixtures/echo-datagram.mjs', import.meta.url);
    await using server = new ForkingUDPServer({ host: '127.0.0.1', port: 0 }, url);
    server.maxChildren = 1;
    await server.listen();
    const loop = server.serveForever();
    const before = server.activeChildren[0];
    const reloaded = server.reload();
    const answers = Array.from({ length: 20 }, (_, n) => askUdp(server.serverAddress, `n${n}`));
    for (const [n, answer] of (await Promise.all(answers)).entries()) {
      expect(answer).toMatch(new RegExp(`^\\d+ n${n}$`));
    }
    await reloaded;
    expect(await askUdp(server.serverAddress, 'x')).not.toBe(`${before} x`);
    await server.close();
    await loop;
  });

  test('before listen() and after close() says so', async () => {
    const server = make();
    await expect(server.reload()).rejects.toMatchObject({ code: 'ERR_SOCKETSERVER_NOT_LISTENING' });
    await server.listen();
    await server.close();
    await expect(server.reload()).rejects.toMatchObject({ code: 'ERR_SOCKETSERVER_CLOSED' });
  });

  test('that close() overtakes says so, and leaves no child', async () => {
    const file = new HandlerFile('one');
    const server = make({}, file.url);
    await server.listen();
    const reloaded = server.reload().catch((error: unknown) => error);
    await until(() => server.activeChildren.length === 2);
    await server.close();
    expect(await reloaded).toMatchObject({ code: 'ERR_SOCKETSERVER_CLOSED' });
    expect(server.activeChildren).toEqual([]);
  });
});

describe('maxWorkerMemory', () => {
  test('a child that has grown above it is replaced when the replacement is ready; nothing is lost', async () => {
    await using served = await serve({ maxWorkerMemory: 300_000_000 });
    const { server } = served;
    const held = await connectTo(server.serverAddress);
    held.write('hold\n');
    const grown = Number(await readLine(held));
    expect(await askStream(server.serverAddress, 'leak 300\n')).toBe(`${grown}\n`);
    let pid = grown;
    while (pid === grown) pid = Number(await askStream(server.serverAddress, 'pid\n'));
    expect(isRunning(grown)).toBe(true); // its request goes on
    held.end('go on\n');
    expect((await readAll(held)).toString()).toBe('done\n');
    await until(() => !isRunning(grown));
    expect(codes(server)).toEqual([]);
    expect(server.stats()).toMatchObject({ failed: 0 });
  });

  test('a child that stays below it stays', async () => {
    await using served = await serve({ maxWorkerMemory: 2_000_000_000, stuckTimeout: 100_000 });
    const { server } = served;
    const pid = await askStream(server.serverAddress, 'leak 50\n');
    await new Promise((resolve) => setTimeout(resolve, 2_200)); // two looks
    expect(await askStream(server.serverAddress, 'pid\n')).toBe(pid);
  });
});
