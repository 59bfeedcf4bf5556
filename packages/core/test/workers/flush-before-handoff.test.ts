import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { expect, test } from '@jest/globals';
import { watchConnection } from '../../dist/execution/connection-end.js';
import type { RequestLimits } from '../../dist/execution/request-limits.js';
import { RequestScope } from '../../dist/execution/request-scope.js';
import { flushBeforeHandoff } from '../../dist/workers/flush-before-handoff.js';
import { connectTo } from '../support/clients.js';

const LIMITS: RequestLimits = {
  requestTimeout: null,
  handshakeTimeout: null,
  writeTimeout: 200,
  maxReadSize: null,
  timeoutGrace: 20,
  closeDelay: 20,
};

/** More than the kernel takes for a client that does not read. */
const MUCH = Buffer.alloc(16_000_000);

/** Connections of clients that do not read, with more written to each than the kernel takes. */
async function writtenTo(count: number) {
  const server = createServer({ pauseOnConnect: true }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { address: host, port, family } = server.address() as AddressInfo;
  const pairs: { client: Socket; socket: Socket }[] = [];
  for (let left = count; left > 0; left--) {
    const connected = once(server, 'connection');
    const client = await connectTo({ host, port, family: family as 'IPv4' });
    const [socket] = (await connected) as [Socket];
    socket.on('error', () => {});
    socket.write(MUCH);
    pairs.push({ client, socket });
  }
  const end = (): void => {
    for (const { client, socket } of pairs) for (const each of [client, socket]) each.destroy();
    server.close();
  };
  return { pairs, [Symbol.dispose]: end };
}

test('writeTimeout holds for a connection that came when another one had been flushed', async () => {
  using written = await writtenTo(2);
  const [first, second] = written.pairs;
  if (first === undefined || second === undefined) throw new Error('unreachable: there are two');
  const flushed = flushBeforeHandoff(first.socket, LIMITS);
  first.client.resume();
  await flushed;
  const ended = flushBeforeHandoff(second.socket, LIMITS);
  first.socket.destroy(); // it goes to a worker
  await ended;
  expect(second.socket.errored).toMatchObject({ code: 'ERR_SOCKETSERVER_TIMEOUT' });
  expect(first.socket.listenerCount('close')).toBe(0);
});

test('a listener of the connection that throws holds nobody up', async () => {
  using written = await writtenTo(1);
  const [pair] = written.pairs;
  if (pair === undefined) throw new Error('unreachable: there is one');
  const { client, socket } = pair;
  const scope = new RequestScope();
  watchConnection(socket, scope);
  socket.once('close', () => {
    throw new Error('in the listener');
  });
  socket.end();
  const flushed = flushBeforeHandoff(socket, { ...LIMITS, writeTimeout: null });
  client.resetAndDestroy();
  await flushed;
  expect(scope.failure).toMatchObject({ error: { message: 'in the listener' } });
});
