import { once } from 'node:events';
import type { Socket } from 'node:net';
import { describe, expect, test } from '@jest/globals';
import { AsyncTCPServer, BaseRequestHandler, recv, sendAll } from '@socketserver/core';
import { connectTo, readAll } from '../support/clients.js';
import { Gate, serving } from '../support/servers.js';

/** Serves one request with `handle`, and hands over what became of it. */
async function oneRequest<T>(handle: (socket: Socket) => Promise<T>) {
  const result = new Gate<T>();
  class Handler extends BaseRequestHandler {
    override async handle(): Promise<void> {
      result.open(await handle(this.request));
    }
  }
  const server = await serving(new AsyncTCPServer({ host: '127.0.0.1', port: 0 }, Handler));
  const client = await connectTo(server.serverAddress);
  return {
    client,
    result: result.opened,
    async [Symbol.asyncDispose]() {
      client.destroy();
      await server.close();
    },
  };
}

describe('recv', () => {
  test('returns what is there, up to n bytes, and an empty Buffer at the end', async () => {
    await using pair = await oneRequest(async (socket) => {
      const parts: string[] = [];
      for (let part = await recv(socket, 4); part.length > 0; part = await recv(socket, 4)) {
        parts.push(part.toString());
      }
      return { parts, again: (await recv(socket, 4)).length };
    });
    pair.client.end('0123456789');
    expect(await pair.result).toEqual({ parts: ['0123', '4567', '89'], again: 0 });
  });

  test('does not wait for n bytes', async () => {
    await using pair = await oneRequest(async (socket) => {
      for (let count = 0; count < 2; count++) await sendAll(socket, await recv(socket, 1_000_000));
    });
    pair.client.write('first');
    expect(String((await once(pair.client, 'data'))[0])).toBe('first');
    pair.client.end('second');
    expect(await readAll(pair.client)).toBe('second');
  });

  test('throws when the client has reset the connection', async () => {
    await using pair = await oneRequest(async (socket) => {
      await sendAll(socket, await recv(socket, 10));
      const first: unknown = await recv(socket, 10).catch((error: unknown) => error);
      const second: unknown = await recv(socket, 10).catch((error: unknown) => error);
      return [first, second];
    });
    pair.client.write('hello');
    await once(pair.client, 'data');
    pair.client.resetAndDestroy();
    expect(await pair.result).toMatchObject([{ code: 'ECONNRESET' }, { code: 'ECONNRESET' }]);
  });

  test.each([0, -1, 2.5, Number.NaN, Infinity, '7', undefined])('refuses a count of %p', async (bad) => {
    await using pair = await oneRequest((socket) =>
      recv(socket, bad as number).catch((error: unknown) => error),
    );
    expect(await pair.result).toMatchObject({
      code: 'ERR_SOCKETSERVER_BAD_ARGUMENT',
      message: expect.stringMatching(/^Expected `n` to be a positive integer, got /),
    });
  });
});

describe('sendAll', () => {
  test('resolves with the count of bytes, not of characters', async () => {
    await using pair = await oneRequest(async (socket) => [
      await sendAll(socket, 'grün'),
      await sendAll(socket, Buffer.from('abc')),
      await sendAll(socket, new Uint8Array(0)),
    ]);
    expect(await pair.result).toEqual([5, 3, 0]);
    expect(await readAll(pair.client)).toBe('grünabc');
  });

  test('waits while the client takes nothing, and goes on when it does', async () => {
    const size = 32 * 1_024 * 1_024;
    const waiting = new Gate<Socket>();
    await using pair = await oneRequest((socket) => {
      const sent = sendAll(socket, Buffer.alloc(size));
      waiting.open(socket);
      return sent;
    });
    const socket = await waiting.opened;
    let isSent = false;
    void pair.result.then(() => (isSent = true));
    await new Promise((resolve) => setImmediate(resolve));
    expect([isSent, socket.writableNeedDrain]).toEqual([false, true]);
    let received = 0;
    for await (const chunk of pair.client as AsyncIterable<Buffer>) received += chunk.length;
    expect([received, await pair.result]).toEqual([size, size]);
  });

  test('many at once wait with one set of listeners, and all resolve', async () => {
    await using pair = await oneRequest(async (socket) => {
      const sends = Array.from({ length: 100 }, () => sendAll(socket, Buffer.alloc(200_000)));
      const listeners = socket.listenerCount('drain');
      return { listeners, sizes: new Set(await Promise.all(sends)) };
    });
    expect(await readAll(pair.client)).toHaveLength(20_000_000);
    const { listeners, sizes } = await pair.result;
    expect(listeners).toBeLessThanOrEqual(2);
    expect(sizes).toEqual(new Set([200_000]));
  });

  test('rejects when the client resets while it waits', async () => {
    const waiting = new Gate();
    await using pair = await oneRequest(async (socket) => {
      const sent = sendAll(socket, Buffer.alloc(32 * 1_024 * 1_024));
      waiting.open();
      return sent.catch((error: unknown) => error);
    });
    await waiting.opened;
    pair.client.resetAndDestroy();
    expect(await pair.result).toMatchObject({ code: expect.stringMatching(/^(ECONNRESET|EPIPE)$/) });
  });

  test('rejects with EPIPE once the socket has ended', async () => {
    await using pair = await oneRequest(async (socket) => {
      socket.end();
      return sendAll(socket, 'too late').catch((error: unknown) => error);
    });
    expect(await pair.result).toMatchObject({ code: 'EPIPE', syscall: 'write' });
    expect(await readAll(pair.client)).toBe('');
  });
});
