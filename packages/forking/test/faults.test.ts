import { describe, expect, test } from '@jest/globals';
import type { BoundAddress } from '@socketserver/core';
import { ForkingUDPServer } from '@socketserver/forking';
import { askStream, askUdp, connectTo, readAll, readLine, until } from '@socketserver/testing';
import { isRunning, zombies } from './support/processes.js';
import { fixture, make, serve } from './support/servers.js';

/** For tests that start process after process, each of which can take seconds on a busy machine. */
const MANY_STARTS_MS = 120_000;

/** A client that has heard nothing for so long hangs. */
const HUNG_MS = 20_000;

describe('a child that is killed', () => {
  test('with a request begun: it is reported once, with the signal, and its client sees the end', async () => {
    await using served = await serve();
    const { server } = served;
    const client = await connectTo(server.serverAddress);
    client.write('hold\n');
    const pid = Number(await readLine(client));
    client.on('error', () => {});
    const closed = new Promise((resolve) => client.once('close', resolve));
    client.once('end', () => client.end());
    client.resume();
    process.kill(pid, 'SIGKILL');
    await closed;
    await server.served(1);
    expect(server.errors.entries).toHaveLength(1);
    const { error } = server.errors.entries[0]!;
    expect(error).toMatchObject({
      code: 'ERR_SOCKETSERVER_WORKER_DIED',
      message: `Expected child ${pid} to finish its requests, got its end: SIGKILL`,
    });
    expect(Number(await askStream(server.serverAddress, 'pid\n'))).not.toBe(pid);
    expect(zombies()).toEqual([]);
  });

  test('after it was stopped, with connections in flight: every one of them is answered', async () => {
    await using served = await serve();
    const { server } = served;
    const stopped = server.activeChildren[0]!;
    process.kill(stopped, 'SIGSTOP');
    const answers = Array.from({ length: 20 }, () => askStream(server.serverAddress, 'pid\n'));
    await until(() => server.stats().accepted === 20);
    process.kill(stopped, 'SIGKILL');
    for (const answer of await Promise.all(answers)) expect(Number(answer)).not.toBe(stopped);
    await server.served(20);
    expect(server.stats()).toMatchObject({ completed: 20, failed: 0 });
    expect(server.stats().redispatched).toBeGreaterThan(0);
  });
});

describe('a child that ends', () => {
  test('by an uncaught error in the middle of an answer: the client sees the end, the exit code is reported', async () => {
    await using served = await serve();
    const { server } = served;
    expect(await askStream(server.serverAddress, 'uncaught\n')).toBe('half an answer\n');
    await server.served(1);
    expect(server.errors.entries.map(({ error }) => error)).toEqual([
      expect.objectContaining({
        code: 'ERR_SOCKETSERVER_WORKER_DIED',
        message: expect.stringContaining('its end: exit code 1'),
      }),
    ]);
  });

  test('in the turn after others have: those have ended', async () => {
    await using served = await serve();
    const { server } = served;
    const clients = await Promise.all(Array.from({ length: 5 }, () => connectTo(server.serverAddress)));
    for (const client of clients) client.end('last\n');
    const answers = await Promise.all(clients.map(async (client) => (await readAll(client)).toString()));
    expect(answers).toEqual(clients.map(() => 'bye\n'));
    await server.served(5);
    expect(server.stats()).toMatchObject({ accepted: 5 });
  });

  test('while close() waits, with connections in flight: they are answered by a child that starts for them', async () => {
    const server = make();
    await server.listen();
    const loop = server.serveForever();
    const stopped = server.activeChildren[0]!;
    process.kill(stopped, 'SIGSTOP');
    const answers = Array.from({ length: 3 }, () => askStream(server.serverAddress, 'pid\n'));
    await until(() => server.stats().accepted === 3);
    const closed = server.close();
    process.kill(stopped, 'SIGKILL');
    for (const answer of await Promise.all(answers)) expect(Number(answer)).not.toBe(stopped);
    expect(await closed).toEqual({ drained: 3, cut: 0, killed: 0, abandoned: 0 });
    await loop;
    expect(server.activeChildren).toEqual([]);
  });

  test(
    'with a fresh process for every request, at random: no client hangs, the count is exact',
    async () => {
      await using served = await serve({ maxChildren: 2, maxRequestsPerChild: 1 });
      const { server } = served;
      const outcomes = { answered: 0, ended: 0, hung: 0 };
      let killing = true;
      const client = async (): Promise<void> => {
        while (killing) outcomes[(await outcomeOf(server.serverAddress)).outcome]++;
      };
      const clients = Array.from({ length: 4 }, client);
      for (let kill = 0; kill < 5; kill++) {
        const { completed } = server.stats();
        await until(() => server.stats().completed > completed && server.activeChildren.length > 0);
        const pids = server.activeChildren;
        process.kill(pids[kill % pids.length]!, 'SIGKILL');
      }
      killing = false;
      await Promise.all(clients);
      await until(() => server.stats().active === 0);
      const { accepted, completed, failed } = server.stats();
      expect(outcomes.hung).toBe(0);
      expect(outcomes.answered + outcomes.ended).toBe(accepted);
      expect(completed + failed).toBe(accepted);
      expect(outcomes.ended).toBeLessThanOrEqual(failed);
    },
    MANY_STARTS_MS,
  );
});

describe('a child that does not acknowledge', () => {
  test('because it is stopped: its connections go to another, and it begins none of them later', async () => {
    await using served = await serve({ acknowledgeTimeout: 200, killGrace: 500 });
    const { server } = served;
    const stopped = server.activeChildren[0]!;
    const held = await connectTo(server.serverAddress);
    held.write('hold\n');
    await readLine(held);
    process.kill(stopped, 'SIGSTOP');
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => askStream(server.serverAddress, 'pid\n')),
    );
    expect(answers.map(Number)).not.toContain(stopped);
    expect(isRunning(stopped)).toBe(true);
    process.kill(stopped, 'SIGCONT');
    held.end('go on\n');
    expect((await readAll(held)).toString()).toBe('done\n');
    await until(() => !isRunning(stopped)); // it was replaced
    await server.served(6);
    expect(server.stats()).toMatchObject({ completed: 6, failed: 0 });
    expect(server.stats().redispatched).toBeGreaterThan(0);
  });

  test('because a handler never ends its turn: others are answered by another child', async () => {
    await using served = await serve({ acknowledgeTimeout: 200, killGrace: 200 });
    const { server } = served;
    const stuck = server.activeChildren[0]!;
    const spinning = await connectTo(server.serverAddress);
    spinning.on('error', () => {});
    spinning.write('spin\n');
    expect(await readLine(spinning)).toBe('spinning');
    expect(Number(await askStream(server.serverAddress, 'pid\n'))).not.toBe(stuck);
    await server.served(1);
    const report = await server.close({ graceMs: 10 });
    expect(report).toEqual({ drained: 0, cut: 0, killed: 1, abandoned: 0 });
    expect(isRunning(stuck)).toBe(false);
    spinning.destroy();
  });

  test('nor does the one in its place: clients wait for them, and none is refused', async () => {
    await using served = await serve({ acknowledgeTimeout: 200 });
    const { server } = served;
    const held = await holdOfStoppedChild(server);
    expect(await askStream(server.serverAddress, 'pid\n')).toMatch(/^\d+\n$/);
    const heldToo = await holdOfStoppedChild(server);
    const answer = askStream(server.serverAddress, 'pid\n');
    await until(() => server.stats().redispatched === 2);
    await until(() => server.stats().workers.serving === 0);
    expect(server.stats()).toMatchObject({ waiting: 1, failed: 0 });
    for (const { pid, client } of [held, heldToo]) {
      process.kill(pid, 'SIGCONT');
      client.end('go on\n');
      expect((await readAll(client)).toString()).toBe('done\n');
    }
    expect(await answer).toMatch(/^\d+\n$/);
    expect(server.errors.entries).toEqual([]);
  });
});

/** A child that is stopped, with a request that it has begun. */
async function holdOfStoppedChild({ serverAddress }: { serverAddress: BoundAddress }) {
  const client = await connectTo(serverAddress);
  client.write('hold\n');
  const pid = Number(await readLine(client));
  process.kill(pid, 'SIGSTOP');
  return { pid, client };
}

describe('the channel', () => {
  test.each([
    '[{"type":"nonsense"}]',
    '[{"type":"begun","id":999}]',
    '[{"type":"ended","id":"1"}]',
    '[{"type":"sends","sends":[1,0,"127.0.0.1",7],"data":"x"}]',
    '[{"type":"ended","id":999}]',
    '{"hello":"parent"}',
    '"text"',
    'null',
  ])('a message that does not fit ends the child, not the parent: %s', async (message) => {
    await using served = await serve();
    const { server } = served;
    expect(await askStream(server.serverAddress, `say ${message}\n`)).toBe('');
    await server.served(1);
    expect(server.errors.entries[0]!.error).toMatchObject({
      code: 'ERR_SOCKETSERVER_WORKER_DIED',
      cause: { code: 'ERR_SOCKETSERVER_PROTOCOL' },
    });
    expect(await askStream(server.serverAddress, 'pid\n')).toMatch(/^\d+\n$/);
  });
});

test('datagrams that a killed child had not begun are answered by another', async () => {
  await using server = new ForkingUDPServer({ host: '127.0.0.1', port: 0 }, fixture('echo-datagram.mjs'));
  server.maxChildren = 1;
  await server.listen();
  const loop = server.serveForever();
  const stopped = server.activeChildren[0]!;
  process.kill(stopped, 'SIGSTOP');
  const answers = Array.from({ length: 20 }, (_, n) => askUdp(server.serverAddress, `n${n}`));
  await until(() => server.stats().accepted === 20);
  process.kill(stopped, 'SIGKILL');
  for (const [n, answer] of (await Promise.all(answers)).entries())
    expect(answer).toMatch(new RegExp(`^\\d+ n${n}$`));
  expect(server.stats().failed).toBe(0);
  await server.close();
  await loop;
});

interface Outcome {
  outcome: 'answered' | 'ended' | 'hung';
  answer: string;
}

test('a datagram may be answered after its handler has returned, as in the loop', async () => {
  await using server = new ForkingUDPServer({ host: '127.0.0.1', port: 0 }, fixture('late-datagram.mjs'));
  server.maxChildren = 1;
  await server.listen();
  const loop = server.serveForever();
  const pid = server.activeChildren[0];
  for (const text of ['a', 'b']) expect(await askUdp(server.serverAddress, text)).toBe(`${pid} ${text}`);
  await server.close();
  await loop;
});

async function outcomeOf(address: BoundAddress): Promise<Outcome> {
  const socket = await connectTo(address);
  const timer = setTimeout(() => socket.destroy(new Error('hung')), HUNG_MS);
  try {
    socket.end('pid\n');
    const answer = (await readAll(socket)).toString();
    return { outcome: answer === '' ? 'ended' : 'answered', answer };
  } catch (error) {
    return { outcome: (error as Error).message === 'hung' ? 'hung' : 'ended', answer: '' };
  } finally {
    clearTimeout(timer);
  }
}
