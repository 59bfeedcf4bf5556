import { describe, expect, test } from '@jest/globals';
import { BaseRequestHandler, TCPServer } from '@socketserver/core';
import { ForkingMixIn } from '@socketserver/forking';
import { askStream, connectTo, readAll, readLine, until } from '@socketserver/testing';
import { isRunning } from './support/processes.js';
import { codes, COMMANDS, make, serve, type Server } from './support/servers.js';

const pidFrom = async ({ serverAddress }: Server): Promise<number> =>
  Number(await askStream(serverAddress, 'pid\n'));

describe('construction', () => {
  test('a class that does not say where it lives is refused, with the line to add', () => {
    class Homeless extends BaseRequestHandler {}
    const Server = ForkingMixIn(TCPServer) as unknown as new (...args: unknown[]) => TCPServer;
    class Concrete extends Server {}
    expect(() => new Concrete({ port: 0 }, Homeless)).toThrow(/static readonly url = import\.meta\.url;/);
  });

  test.each([
    ['maxChildren', 0],
    ['maxChildren', 1.5],
    ['requestsPerChild', 0],
    ['maxRequestsPerChild', -1],
    ['maxRequestsJitter', Number.NaN],
    ['standbyChildren', '1'],
    ['acknowledgeTimeout', 0],
    ['killGrace', -1],
    ['stuckTimeout', -1],
    ['maxWorkerMemory', 0.5],
  ])('listen() refuses %s = %p before anything is bound', async (name, value) => {
    const server = make({ [name]: value });
    await expect(server.listen()).rejects.toMatchObject({
      code: 'ERR_SOCKETSERVER_BAD_ARGUMENT',
      message: expect.stringContaining(`Expected \`${name}\` to be an integer from`),
    });
    expect(server.fileno()).toBe(-1);
  });
});

describe('context', () => {
  test('crosses with its types, and the address with it', async () => {
    const context = { map: new Map([['a', 1]]), date: new Date(7) };
    await using served = await serve({ context });
    const { serverAddress } = served.server;
    const seen: unknown = JSON.parse(await askStream(serverAddress, 'seen\n'));
    expect(seen).toEqual({ map: [['a', 1]], date: 7, serverAddress });
  });

  test.each([
    [() => 1, 'context', 'function'],
    [{ db: { pool: [1, () => 1] } }, 'context.db.pool[1]', 'function'],
    [{ 'a key': Symbol('s') }, 'context["a key"]', 'Symbol(s)'],
    [{ map: new Map([['k', { f() {} }]]) }, 'context.map.get("k").f', 'function f'],
    [new Set([1, Symbol('x')]), 'context.values()[1]', 'Symbol(x)'],
  ])('%p cannot cross: listen() says where, %s', async (context, path, got) => {
    const server = make({ context });
    await expect(server.listen()).rejects.toMatchObject({
      code: 'ERR_SOCKETSERVER_BAD_CONTEXT',
      message: expect.stringMatching(new RegExp(`Expected \`${escape(path)}\` .* got ${escape(got)}`)),
    });
  });
});

test('errors cross with name, message, stack, code and cause', async () => {
  await using served = await serve();
  const { server } = served;
  await askStream(server.serverAddress, 'throw\n');
  await server.served(1);
  expect(server.errors.entries[0]!.error).toMatchObject({
    name: 'TypeError',
    message: 'the error',
    code: 'EERROR',
    stack: expect.stringContaining('commands.mjs'),
    cause: { name: 'RangeError', message: 'the cause', code: 'ECAUSE' },
  });
});

test('the environment and the arguments are those that the fields name', async () => {
  await using served = await serve({ env: { ONLY: 'this' }, execArgv: ['--no-warnings'] });
  const { env, execArgv } = JSON.parse(await askStream(served.server.serverAddress, 'environment\n')) as {
    env: Record<string, string>;
    execArgv: string[];
  };
  expect(env['ONLY']).toBe('this');
  expect(env).not.toHaveProperty('PATH');
  expect(execArgv).toEqual(['--no-warnings']);
});

test('the least busy child is given the next request', async () => {
  await using served = await serve({ maxChildren: 2 });
  const { server } = served;
  const held = await connectTo(server.serverAddress);
  held.write('hold\n');
  const busy = Number(await readLine(held));
  for (let n = 0; n < 5; n++) {
    expect(await pidFrom(server)).not.toBe(busy);
    await until(() => server.stats().active === 1); // a client has its answer before the server knows
  }
  held.destroy();
});

describe('maxRequestsPerChild', () => {
  test('1: a fresh process for every request, from standbys', async () => {
    await using served = await serve({ maxChildren: 2, maxRequestsPerChild: 1 });
    const { server } = served;
    expect(server.activeChildren).toHaveLength(4);
    const pids = await Promise.all(Array.from({ length: 12 }, () => pidFrom(server)));
    expect(new Set(pids).size).toBe(12);
    await until(() => !pids.some(isRunning));
    expect(server.stats().failed).toBe(0);
  });
});

describe('collectChildren()', () => {
  test('brings the number of children to what the fields say', async () => {
    await using served = await serve({ maxChildren: 1 });
    const { server } = served;
    server.maxChildren = 3;
    server.collectChildren();
    await until(() => server.activeChildren.length === 3);
    server.maxChildren = 1;
    server.collectChildren();
    await until(() => server.activeChildren.length === 1);
    expect(await pidFrom(server)).toBe(server.activeChildren[0]);
  });

  test('is called by serviceActions and by handleTimeout', async () => {
    const server = make();
    await server.listen();
    let calls = 0;
    server.collectChildren = () => void calls++;
    await server.serviceActions();
    server.timeout = 1;
    await server.handleRequest();
    expect(calls).toBe(2);
    await server.close();
  });
});

test('a handler’s signal aborts on close, with the reason', async () => {
  await using served = await serve();
  const { server } = served;
  const client = await connectTo(server.serverAddress);
  client.write('abort\n');
  expect(await readLine(client)).toBe('waiting');
  const report = server.close();
  expect((await readAll(client)).toString()).toBe('AbortError\n');
  client.end();
  expect(await report).toEqual({ drained: 1, cut: 0, killed: 0, abandoned: 0 });
});

test('server.shutdown() in a handler ends the loop', async () => {
  await using served = await serve();
  expect(await askStream(served.server.serverAddress, 'shutdown\n')).toBe('asked\n');
  await served.loop;
});

test('timeout is five minutes, as in CPython', () => {
  expect(make({}, COMMANDS).timeout).toBe(300_000);
});

test('a refused client reaches no child', async () => {
  await using served = await serve();
  const { server } = served;
  server.verifyRequest = () => false;
  expect(await askStream(server.serverAddress, 'pid\n').catch(() => '')).toBe('');
  await server.served(1);
  expect(server.stats()).toMatchObject({ rejected: 1, completed: 0 });
  expect(codes(server)).toEqual([]);
});

function escape(text: string): string {
  return text.replaceAll(/[()[\]".$]/g, '\\$&');
}
