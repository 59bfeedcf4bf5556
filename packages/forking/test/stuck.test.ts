import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { askStream, connectTo, readAll, readLine, until } from '@socketserver/testing';
import { isRunning } from './support/processes.js';
import { Program } from './support/program.js';
import { codes, fixture, make, serve } from './support/servers.js';

/** A module gets 10 s, however short `stuckTimeout` is; the process that loads it may take as long to start. */
const LOADS_MS = 60_000;

describe('a child whose event loop does not turn for stuckTimeout', () => {
  test('is replaced: its begun requests are reported once each, and the others are answered', async () => {
    await using served = await serve({ stuckTimeout: 500, maxChildren: 2 });
    const { server } = served;
    const held = await connectTo(server.serverAddress);
    held.write('hold\n');
    const other = Number(await readLine(held));
    const spinning = await connectTo(server.serverAddress);
    spinning.write('spin\n');
    expect(await readLine(spinning)).toBe('spinning');
    const [stuck] = server.activeChildren.filter((pid) => pid !== other);
    const ended = once(spinning, 'close');
    spinning.resume().on('end', () => spinning.end());
    await ended;
    await server.served(1);
    expect(isRunning(stuck!)).toBe(false);
    expect(server.errors.entries.map(({ error }) => error)).toEqual([
      expect.objectContaining({
        code: 'ERR_SOCKETSERVER_STUCK',
        message: expect.stringMatching(
          new RegExp(`^Expected the event loop of child ${stuck} to turn within .*, got none for \\d+ ms`),
        ),
      }),
    ]);
    held.end('go on\n');
    expect((await readAll(held)).toString()).toBe('done\n');
    await server.served(2);
    await until(() => server.activeChildren.length === 2);
    expect(server.stats()).toMatchObject({ completed: 1, failed: 1 });
  });

  test('while it has sent requests it did not begin: those go to another', async () => {
    await using served = await serve({ stuckTimeout: 500, acknowledgeTimeout: 60_000 });
    const { server } = served;
    const spinning = await connectTo(server.serverAddress);
    spinning.on('error', () => {});
    spinning.write('spin\n');
    expect(await readLine(spinning)).toBe('spinning');
    const answers = Array.from({ length: 3 }, () => askStream(server.serverAddress, 'pid\n'));
    for (const answer of await Promise.all(answers)) expect(answer).toMatch(/^\d+\n$/);
    spinning.destroy();
    await server.served(4);
    expect(codes(server)).toEqual(['ERR_SOCKETSERVER_STUCK']);
    expect(server.stats()).toMatchObject({ completed: 3, failed: 1 });
  });

  test('without any request is replaced too', async () => {
    await using served = await serve({ stuckTimeout: 500 });
    const { server } = served;
    const stopped = server.activeChildren[0]!;
    process.kill(stopped, 'SIGSTOP');
    await until(() => !isRunning(stopped));
    expect(Number(await askStream(server.serverAddress, 'pid\n'))).not.toBe(stopped);
    expect(codes(server)).toEqual([]);
  });

  test(
    'while it loads the handler: listen() says so',
    async () => {
      const server = make({ stuckTimeout: 500 }, fixture('never-loads.mjs'));
      await expect(server.listen()).rejects.toMatchObject({ code: 'ERR_SOCKETSERVER_STUCK' });
      expect(server.activeChildren).toEqual([]);
    },
    LOADS_MS,
  );

  test('is left alone if stuckTimeout is 0', async () => {
    await using served = await serve({ stuckTimeout: 0, killGrace: 0 });
    const { server } = served;
    const client = await connectTo(server.serverAddress);
    client.on('error', () => {});
    client.write('block 700\n');
    expect((await readAll(client)).toString()).toBe('done\n');
    expect(codes(server)).toEqual([]);
  });

  test('is not one that has long turns, each shorter', async () => {
    await using served = await serve({ stuckTimeout: 1_500 });
    const { server } = served;
    const pid = await askStream(server.serverAddress, 'pid\n');
    for (let n = 0; n < 5; n++) expect(await askStream(server.serverAddress, 'block 500\n')).toBe('done\n');
    expect(await askStream(server.serverAddress, 'pid\n')).toBe(pid);
  });
});

test('a parent that was itself stopped finds no child stuck', async () => {
  await using program = new Program('stoppable-program.mjs');
  const { address, children } = await program.message<{
    address: { host: string; port: number };
    children: number[];
  }>();
  const client = await connectTo({ ...address, family: 'IPv4' });
  client.write('hold\n');
  await readLine(client);
  const { pid } = program.process;
  // Both stop, as on a machine that sleeps, while a ping is not answered; the parent is the first to wake.
  for (const child of children) process.kill(child, 'SIGSTOP');
  await delay(600);
  process.kill(pid!, 'SIGSTOP');
  await delay(3_000);
  process.kill(pid!, 'SIGCONT');
  await delay(50);
  for (const child of children) process.kill(child, 'SIGCONT');
  client.end('go on\n');
  expect((await readAll(client)).toString()).toBe('done\n');
  expect(children.every(isRunning)).toBe(true);
});
