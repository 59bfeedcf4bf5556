import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { askStream, connectTo, readAll, readLine, until } from '@socketserver/testing';
import { isRunning } from './support/processes.js';
import { Program } from './support/program.js';
import { codes, serve } from './support/servers.js';

describe('a child whose event loop does not turn for stuckTimeout', () => {
  test('without any request is replaced too', async () => {
    await using served = await serve({ stuckTimeout: 500 });
    const { server } = served;
    const stopped = server.activeChildren[0]!;
    process.kill(stopped, 'SIGSTOP');
    await until(() => !isRunning(stopped));
    expect(Number(await askStream(server.serverAddress, 'pid\n'))).not.toBe(stopped);
    expect(codes(server)).toEqual([]);
  });

  test('is left alone if stuckTimeout is 0', async () => {
    await using served = await serve({ stuckTimeout: 0, killGrace: 0 });
    const { server } = served;
    const client = await connectTo(server.serverAddress);
    client.on('error', () => {});
    client.write('block 700\n');
    expect((await readAll(client)).toString()).toBe('done\n');
    expect(codes(server)).toEqual([]);
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
