import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { exchangeDatagram, type DatagramExchange } from '../src/clients/datagram-exchange.js';
import { emptyTally } from '../src/clients/tally.js';

let server: Socket;

beforeEach(async () => {
  server = createSocket('udp4').bind(0, '127.0.0.1');
  await once(server, 'listening');
});

afterEach(async () => {
  server.close();
  await once(server, 'close');
});

function question(): Pick<DatagramExchange, 'name' | 'address' | 'text' | 'expect'> {
  const { port } = server.address();
  const address = { host: '127.0.0.1', port, family: 'IPv4' } as const;
  return { name: 'asker', address, text: 'question', expect: 'answer' };
}

test('the answer to another question is wrong, and is told in words', async () => {
  server.on('message', (_, { port, address }) => server.send('of another', port, address));
  const tally = emptyTally();
  await exchangeDatagram({ ...question(), waitMs: 10_000, keepMs: 0 }, tally);
  expect(tally).toMatchObject({
    connected: 1,
    wrong: 1,
    notes: ['asker: expected "answer", read "of another"'],
  });
});

test('a datagram that is lost keeps its port until its answer comes: nobody else reads it', async () => {
  const asked = once(server, 'message') as Promise<[Buffer, RemoteInfo]>;
  const tally = emptyTally();
  await exchangeDatagram({ ...question(), waitMs: 1, keepMs: 60_000 }, tally);
  expect(tally).toMatchObject({ lost: 1, wrong: 0 });

  const [, { port, address }] = await asked;
  expect(await isFree(port)).toBe(false);
  server.send('answer', port, address);
  while (!(await isFree(port))) await new Promise((resolve) => setImmediate(resolve));
});

async function isFree(port: number): Promise<boolean> {
  const other = createSocket('udp4').bind(port);
  try {
    await once(other, 'listening');
    return true;
  } catch {
    return false;
  } finally {
    other.close();
  }
}
