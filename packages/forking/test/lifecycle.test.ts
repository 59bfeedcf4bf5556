import { fork } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, test } from '@jest/globals';
import type { BoundAddress } from '@socketserver/core';
import { askStream, connectTo, readAll, readLine, turns, until } from '@socketserver/testing';
import { isRunning, zombies } from './support/processes.js';
import { Program } from './support/program.js';
import { fixture, make, serve } from './support/servers.js';

interface Started {
  address: BoundAddress;
  children: number[];
}

test('children end with their parent, also when it is killed', async () => {
  await using program = new Program('server-program.mjs');
  const { children } = await program.message<Started>();
  expect(children).toHaveLength(2);
  program.process.kill('SIGKILL');
  await until(() => !children.some(isRunning));
});

test('children end with a parent that is killed, also one that spins and one that is stopped', async () => {
  await using program = new Program('server-program.mjs');
  const { address, children } = await program.message<Started>();
  const spinning = await connectTo(address);
  spinning.on('error', () => {});
  spinning.write('spin\n');
  expect(await readLine(spinning)).toBe('spinning');
  const held = await connectTo(address);
  held.on('error', () => {});
  held.write('hold\n');
  process.kill(Number(await readLine(held)), 'SIGSTOP');
  program.process.kill('SIGKILL');
  await until(() => !children.some(isRunning));
  spinning.destroy();
  held.destroy();
});

// Only root can become another user.
if (process.getuid?.() === 0)
  test('a child that may not be killed any more, after setuid(), keeps neither close() nor the process', async () => {
    await using program = new Program('drops-rights.mjs');
    const { children, ...closed } = await program.message<{ children: number[] }>();
    try {
      expect(closed).toEqual({
        report: { drained: 0, cut: 0, killed: 1, abandoned: 0 },
        codes: ['ERR_SOCKETSERVER_WORKER_DIED', 'EPERM'],
        state: 'closed',
      });
      expect(await program.exit).toEqual([0, null]);
    } finally {
      for (const pid of children.filter(isRunning)) process.kill(pid, 'SIGKILL');
    }
  });

test.each([
  'SIGINT', // Ctrl-C
  'SIGTERM',
  'SIGHUP', // a terminal that closes
  'SIGUSR2', // nodemon
] as const)('%s to the whole group ends no child before the parent has drained', async (signal) => {
  await using program = new Program('server-program.mjs', { detached: true });
  const { address, children } = await program.message<Started>();
  const client = await connectTo(address);
  client.write('hold\n');
  await readLine(client);
  process.kill(-program.process.pid!, signal);
  client.end('go on\n');
  expect((await readAll(client)).toString()).toBe('done\n');
  expect(await program.exit).toEqual([0, null]);
  expect(children.some(isRunning)).toBe(false);
});

test('a parent whose stdout and stderr are closed serves on, whatever its children print', async () => {
  await using program = new Program('server-program.mjs', { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
  const { address } = await program.message<Started>();
  program.process.stdout?.destroy();
  program.process.stderr?.destroy();
  for (let time = 0; time < 3; time++) {
    expect(await askStream(address, 'print something\n')).toBe('printed\n');
  }
  await turns();
  expect(await askStream(address, 'pid\n')).toMatch(/^\d+\n$/);
});

test('a child that somebody sends SIGTERM finishes its requests, and is replaced', async () => {
  await using served = await serve();
  const { server } = served;
  const client = await connectTo(server.serverAddress);
  client.write('hold\n');
  const pid = Number(await readLine(client));
  process.kill(pid, 'SIGTERM');
  await until(() => server.activeChildren.length === 2);
  expect(Number(await askStream(server.serverAddress, 'pid\n'))).not.toBe(pid);
  client.end('go on\n');
  expect((await readAll(client)).toString()).toBe('done\n');
  await until(() => !isRunning(pid));
});

describe('close() while listen() runs', () => {
  test.each([0, 1, 2, 5, 10, 50])('after %i turns: both end, and no child is left', async (count) => {
    const server = make({ maxChildren: 2 });
    const listening = server.listen().catch((error: unknown) => error);
    await turns(count);
    await server.close();
    expect(await listening).toMatchObject({ code: 'ERR_SOCKETSERVER_CLOSED' });
    expect(server.activeChildren).toEqual([]);
    expect(zombies()).toEqual([]);
  });

  test('with a module that never loads: both end', async () => {
    const server = make({}, fixture('waits-for-ever.mjs'));
    const listening = server.listen().catch((error: unknown) => error);
    await until(() => server.activeChildren.length === 1);
    await server.close();
    expect(await listening).toMatchObject({ code: 'ERR_SOCKETSERVER_CLOSED' });
    expect(server.activeChildren).toEqual([]);
  });

  test('with a module that spins: SIGKILL ends it', async () => {
    const server = make({ killGrace: 300 }, fixture('never-loads.mjs'));
    const listening = server.listen().catch((error: unknown) => error);
    await until(() => server.activeChildren.length === 1);
    await server.close();
    expect(await listening).toMatchObject({ code: 'ERR_SOCKETSERVER_CLOSED' });
    expect(server.activeChildren).toEqual([]);
  });
});

test('a child that is killed while it starts is started again', async () => {
  const server = make();
  const listening = server.listen();
  await until(() => server.activeChildren.length === 1);
  const first = server.activeChildren[0]!;
  process.kill(first, 'SIGKILL');
  await listening;
  expect(server.activeChildren).toHaveLength(1);
  expect(server.activeChildren).not.toContain(first);
  await server.close();
});

test('close() leaves no child and no zombie', async () => {
  const server = make({ maxChildren: 2 });
  await server.listen();
  const children = [...server.activeChildren];
  expect(children.every(isRunning)).toBe(true);
  await server.close();
  expect(children.some(isRunning)).toBe(false);
  expect(server.activeChildren).toEqual([]);
  expect(zombies()).toEqual([]);
});

test('close() ends a child that does not end by itself: SIGTERM, then SIGKILL', async () => {
  await using served = await serve({ killGrace: 100 });
  const { server } = served;
  const child = server.activeChildren[0]!;
  process.kill(child, 'SIGSTOP');
  await server.close({ graceMs: 0 });
  expect(isRunning(child)).toBe(false);
});

test('serverClose() without blockOnClose lets running and waiting requests end', async () => {
  const server = make({ blockOnClose: false, requestsPerChild: 1 });
  await server.listen();
  const loop = server.serveForever();
  const [first, second] = [await connectTo(server.serverAddress), await connectTo(server.serverAddress)];
  first.write('hold\n');
  const pid = Number(await readLine(first));
  second.end('pid\n');
  await until(() => server.stats().waiting === 1);
  await server.serverClose();
  expect(isRunning(pid)).toBe(true);
  first.end('go on\n');
  expect((await readAll(first)).toString()).toBe('done\n');
  expect(Number(await readAll(second))).toBe(pid);
  await until(() => !isRunning(pid));
  await loop;
});

test('children of the user’s own are left alone', async () => {
  const own = fork(fixture('own-child.mjs'), { execArgv: [] });
  await once(own, 'message');
  const server = make();
  await server.listen();
  server.collectChildren();
  expect(server.activeChildren).not.toContain(own.pid);
  await server.close();
  own.send('exit');
  expect(await once(own, 'exit')).toEqual([5, null]);
});

test('a system that starts no process: listen() says so', async () => {
  await using program = new Program('no-more-processes.mjs');
  const said = await program.message<object>();
  expect(said).toEqual({
    code: 'ERR_SOCKETSERVER_WORKER_START',
    message: expect.stringMatching(/EAGAIN/),
    cause: 'EAGAIN',
    state: 'closed',
  });
  expect(await program.exit).toEqual([0, null]);
});

test('a system that starts no more processes while the server runs: waiting clients are closed, and it is told why', async () => {
  await using program = new Program('no-more-processes-later.mjs');
  const { address, children } = await program.message<Started>();
  const failed = once(program.process, 'message');
  process.kill(children[0]!, 'SIGKILL');
  const client = await connectTo(address);
  client.end('pid\n');
  expect((await readAll(client).catch(() => '')).toString()).toBe('');
  expect((await failed)[0]).toEqual({ code: 'ERR_SOCKETSERVER_WORKER_START', cause: 'EAGAIN' });
});

test('a process that may open no more descriptors starts no child: listen() says so', async () => {
  await using program = new Program('no-more-descriptors.mjs');
  const said = await program.message<object>();
  expect(said).toEqual({ code: 'ERR_SOCKETSERVER_WORKER_START', cause: 'EMFILE', state: 'closed' });
  expect(await program.exit).toEqual([0, null]);
});

test('a handler that ends its process while loading: listen() has its exit code and what it wrote', async () => {
  const server = make({}, fixture('dies-at-start.mjs'));
  await expect(server.listen()).rejects.toMatchObject({
    code: 'ERR_SOCKETSERVER_WORKER_START',
    message: expect.stringMatching(/its end: exit code 3; it wrote:\nno such luck/),
  });
  expect(server.state).toBe('closed');
  expect(zombies()).toEqual([]);
});

test('a node that does not start: listen() has what it wrote', async () => {
  const server = make({ execArgv: ['--no-such-option'] });
  await expect(server.listen()).rejects.toThrow(/bad option: --no-such-option/);
});
