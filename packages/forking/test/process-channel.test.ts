import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { descriptorOf } from '@socketserver/core/workers';
import { askStream, connectTo, readAll, readLine, until } from '@socketserver/testing';
import { FrameChannel } from '../src/driver/frame-channel.js';
import { DESCRIPTORS_FD } from '../src/protocol.js';
import { isRunning } from './support/processes.js';
import { codes, make, makeUnix, served, WITHOUT_KOFFI } from './support/servers.js';

const ways = [
  ['TCP, through the pipe', make, process.execArgv],
  ['Unix, through the pipe', makeUnix, process.execArgv],
  ['TCP, one by one', make, WITHOUT_KOFFI],
  ['Unix, one by one', makeUnix, WITHOUT_KOFFI],
] as const;

/** 3 MB, no two blocks alike. */
const DATA = Buffer.concat(Array.from({ length: 3_000 }, (_, n) => Buffer.alloc(1_000, `${n} `)));
const DIGEST = `${DATA.length} ${createHash('sha256').update(DATA).digest('hex')}\n`;

describe.each(ways)('a connection that goes to a child by %s', (_, makeServer, execArgv) => {
  test('keeps what the client sent while it waited, and its half-close', async () => {
    await using serving = await served(makeServer({ execArgv, requestsPerChild: 1 }));
    const { server } = serving;
    const first = await connectTo(server.serverAddress);
    first.write('hold\n');
    await readLine(first);
    const early = await connectTo(server.serverAddress);
    early.write('digest\n');
    early.end(DATA);
    await until(() => server.stats().waiting === 1);
    first.end('go on\n');
    expect((await readAll(early)).toString()).toBe(DIGEST);
    await server.served(2);
    expect(server.stats()).toMatchObject({ completed: 2, failed: 0 });
  });

  test('holds a handler up whose client does not read', async () => {
    await using serving = await served(makeServer({ execArgv }));
    const { server } = serving;
    const slow = await connectTo(server.serverAddress);
    slow.end('repeat 20\n');
    await once(slow, 'readable');
    const fast = await connectTo(server.serverAddress);
    fast.end('repeat 20\n');
    expect(await readAll(fast)).toHaveLength(20_000_000);
    await server.served(1);
    expect(server.stats()).toMatchObject({ active: 1, completed: 1 });
    expect(await readAll(slow)).toHaveLength(20_000_000);
  });

  test('is over, and counted, if the client has reset it while it waited', async () => {
    await using serving = await served(makeServer({ execArgv, requestsPerChild: 1 }));
    const { server } = serving;
    const first = await connectTo(server.serverAddress);
    first.write('hold\n');
    await readLine(first);
    const gone = await connectTo(server.serverAddress);
    gone.write('pid\n');
    await until(() => server.stats().waiting === 1);
    if ('path' in server.serverAddress) gone.destroy();
    else gone.resetAndDestroy();
    first.end('go on\n');
    await readAll(first);
    await server.served(2);
    expect(await askStream(server.serverAddress, 'pid\n')).toMatch(/^\d+\n$/);
    await server.served(3);
    expect(server.stats()).toMatchObject({ accepted: 3, active: 0, rejected: 0 });
  });

  test('is one of many, and each has the client that it was accepted from', async () => {
    await using serving = await served(makeServer({ execArgv, maxChildren: 2 }));
    const { server } = serving;
    const texts = Array.from({ length: 200 }, (_, n) => `digest\n${n}`);
    const answers = await Promise.all(texts.map((text) => askStream(server.serverAddress, text)));
    expect(answers).toEqual(
      texts.map((text) => {
        const [, data = ''] = text.split('\n');
        return `${data.length} ${createHash('sha256').update(data).digest('hex')}\n`;
      }),
    );
    await server.served(200);
    expect(server.stats()).toMatchObject({ completed: 200, failed: 0, redispatched: 0 });
  });

  test('goes to another child if the first is killed while it waits there', async () => {
    await using serving = await served(makeServer({ execArgv }));
    const { server } = serving;
    const stopped = server.activeChildren[0]!;
    process.kill(stopped, 'SIGSTOP');
    const early = await connectTo(server.serverAddress);
    early.write('digest\n');
    early.end(DATA);
    await until(() => server.stats().active === 1 && server.stats().waiting === 0);
    process.kill(stopped, 'SIGKILL');
    expect((await readAll(early)).toString()).toBe(DIGEST);
    expect(server.stats().redispatched).toBe(1);
  });
});

test('a child that may open no more sockets is replaced: what it could not take goes to another', async () => {
  await using serving = await served(make({ stuckTimeout: 500 }));
  const { server } = serving;
  const full = server.activeChildren[0]!;
  const held = await connectTo(server.serverAddress);
  held.write('descriptors\n');
  await readLine(held); // it has used up what it may have open
  const answers = await Promise.all(
    Array.from({ length: 5 }, () => askStream(server.serverAddress, 'pid\n')),
  );
  for (const answer of answers) expect(Number(answer)).not.toBe(full);
  await delay(600); // it is pinged meanwhile, and answers though it can open no file to read its memory from
  held.end('go on\n');
  expect((await readAll(held)).toString()).toBe('done\n');
  await until(() => !isRunning(full));
  expect(codes(server)).toEqual([]);
  expect(server.stats()).toMatchObject({ failed: 0 });
});

test('a pipe that Node has closed is not written to, though a client has its descriptor by now', async () => {
  const child = spawn(process.execPath, ['--eval', 'setInterval(() => {}, 1_000)'], {
    stdio: ['ignore', 'inherit', 'inherit', 'pipe', 'pipe'],
  });
  const listener = createServer().listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address() as AddressInfo;
  const pair = async (): Promise<[Socket, Socket]> => {
    const accepted = once(listener, 'connection');
    const client = await connectTo({ host: '127.0.0.1', port, family: 'IPv4' });
    return [client, ((await accepted) as [Socket])[0]];
  };
  const [, request] = await pair();
  const channel = new FrameChannel(child, { onMessages() {}, onBroken() {}, onEnd() {} });
  const pipe = child.stdio[DESCRIPTORS_FD] as Socket;
  const fd = descriptorOf(pipe);
  pipe.destroy();
  await once(pipe, 'close');
  const ends = await pair();
  expect(ends.map(descriptorOf)).toContain(fd);
  const clientAddress = { path: '' };
  expect(channel.send([{ message: { type: 'stream', id: 1, clientAddress }, attachment: request }])).toBe(
    false,
  );
  for (const end of ends) end.end();
  for (const end of ends) expect((await readAll(end)).toString()).toBe('');
  channel.close();
  request.destroy();
  listener.close();
  child.kill();
  await once(child, 'exit');
});

test('a child that reads nothing is given up before much waits for it', async () => {
  const child = spawn(process.execPath, ['--eval', 'setInterval(() => {}, 1_000)'], {
    stdio: ['ignore', 'inherit', 'inherit', 'pipe', 'pipe'],
  });
  const errors: unknown[] = [];
  const onBroken = (error: Error): void => void errors.push(error);
  const channel = new FrameChannel(child, { onMessages() {}, onBroken, onEnd() {} });
  const packet = new Uint8Array(65_536);
  const message = { type: 'datagram', id: 1, clientAddress: { path: '' }, packet } as const;
  let sent = 0;
  for (; errors.length === 0 && sent < 1_000; sent++) channel.send([{ message }]);
  expect(errors).toEqual([expect.objectContaining({ code: 'ERR_SOCKETSERVER_PROTOCOL' })]);
  expect(sent).toBeLessThan(300);
  channel.close();
  child.kill();
  await once(child, 'exit');
});
