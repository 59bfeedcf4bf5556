import { once } from 'node:events';
import { describe, expect, jest, test } from '@jest/globals';
import { channel } from 'node:diagnostics_channel';
import { AsyncTCPServer, StreamRequestHandler, type DisconnectEvent } from '@socketserver/core';
import { connectTo, readAll } from '../support/clients.js';
import { Gate, serving, until } from '../support/servers.js';

type Handle = (handler: StreamRequestHandler) => Promise<void>;

/** One connection to a server whose handler runs `handle`, and the error that the server was told of. */
async function connected(handle: Handle, bufferSize = 0) {
  const failed = new Gate<unknown>();
  class Handler extends StreamRequestHandler {
    override wbufsize = bufferSize;
    override handle(): Promise<void> {
      return handle(this);
    }
  }
  const server = await serving(new AsyncTCPServer({ host: '127.0.0.1', port: 0 }, Handler));
  const told = (event: unknown): void => {
    const { server: from, error } = event as DisconnectEvent;
    if (from === server) failed.open(error);
  };
  channel('socketserver.disconnect').subscribe(told);
  const client = await connectTo(server.serverAddress);
  return {
    client,
    server,
    failure: failed.opened,
    async [Symbol.asyncDispose]() {
      client.destroy();
      await server.close();
      channel('socketserver.disconnect').unsubscribe(told);
    },
  };
}

describe('without a buffer', () => {
  test('what is written arrives while the handler goes on', async () => {
    const received = new Gate();
    await using pair = await connected(async ({ wfile }) => {
      expect(await wfile.write('one')).toBe(3);
      await received.opened;
      expect(await wfile.write(Buffer.from('two!'))).toBe(4);
    });
    expect(String((await once(pair.client, 'data'))[0])).toBe('one');
    received.open();
    expect(await readAll(pair.client)).toBe('two!');
  });

  test('writes that nobody awaited leave in order, before the connection ends', async () => {
    await using pair = await connected(async ({ wfile }) => {
      for (let number = 0; number < 1_000; number++) void wfile.write(`${number}\n`);
    });
    expect(await readAll(pair.client)).toBe(Array.from({ length: 1_000 }, (_, at) => `${at}\n`).join(''));
  });
});

test.each([
  [
    'what one turn writes',
    async ({ wfile }: StreamRequestHandler) => {
      for (const text of ['a', 'b', 'c', '\n']) void wfile.write(text);
      await wfile.flush();
    },
  ],
  [
    'the answers to what has arrived together',
    async ({ wfile, rfile }: StreamRequestHandler) => {
      for (let line = await rfile.readLine(); ; line = await rfile.readLine()) {
        await wfile.write(line);
        if (rfile.bufferedBytes === 0) break;
      }
    },
  ],
])('%s leaves in one system call', async (_, answer) => {
  const writes = new Gate<() => number>();
  await using pair = await connected(async (handler) => {
    const calls = (['_write', '_writev'] as const).map(
      (name) => jest.spyOn(handler.request, name).mock.calls,
    );
    writes.open(() => calls.flat().length);
    await answer(handler);
  });
  pair.client.write('a\nb\nc\n');
  expect(await readAll(pair.client)).toMatch(/^(abc|a\nb\nc)\n$/);
  expect((await writes.opened)()).toBe(1);
});

test('what was written has left when the promise resolves, so that a handler may block', async () => {
  const left = new Gate<number>();
  await using pair = await connected(async ({ wfile, request }) => {
    await wfile.write('hello');
    left.open(request.writableLength);
  });
  expect(await left.opened).toBe(0);
  expect(await readAll(pair.client)).toBe('hello');
});

test('a large write that is followed by the end has succeeded', async () => {
  await using pair = await connected(async ({ wfile, request }) => {
    void wfile.write(Buffer.alloc(3_000_000));
    request.end();
  });
  expect(await readAll(pair.client)).toHaveLength(3_000_000);
  await until(() => pair.server.stats().active === 0);
  expect(pair.server.stats()).toMatchObject({ completed: 1, failed: 0 });
});

describe('with a buffer', () => {
  test('what is written waits for the buffer to be full, or for flush', async () => {
    const steps: number[] = [];
    await using pair = await connected(async ({ wfile, request }) => {
      await wfile.write('1234');
      steps.push(request.bytesWritten);
      await wfile.write('5678');
      steps.push(request.bytesWritten);
      await wfile.write('9');
      await wfile.flush();
      steps.push(request.bytesWritten);
    }, 8);
    expect(await readAll(pair.client)).toBe('123456789');
    expect(steps).toEqual([0, 8, 9]);
  });

  test('what is left leaves when the handler has finished', async () => {
    await using pair = await connected(async ({ wfile }) => {
      expect(await wfile.write('grün')).toBe(5);
    }, 1_000_000);
    expect(await readAll(pair.client)).toBe('grün');
  });

  test('each write has its own count, also the one that fills the buffer', async () => {
    const counts: number[] = [];
    await using pair = await connected(async ({ wfile }) => {
      for (const data of ['123', '4567890', '1']) counts.push(await wfile.write(data));
    }, 8);
    expect(await readAll(pair.client)).toBe('12345678901');
    expect(counts).toEqual([3, 7, 1]);
  });
});

describe.each([
  ['without a buffer', 0],
  ['with a buffer', 16],
])('on a connection that was reset, %s', (_, bufferSize) => {
  const data = 'x'.repeat(64);

  /** Waits for the reset, so that the writes after it must fail. */
  async function afterReset(handler: StreamRequestHandler): Promise<void> {
    const closed = once(handler.request, 'close').catch(() => {});
    handler.request.resume();
    await closed;
  }

  test('a write throws the error of the connection', async () => {
    await using pair = await connected(async (handler) => {
      await afterReset(handler);
      await handler.wfile.write(data);
    }, bufferSize);
    pair.client.resetAndDestroy();
    expect(await pair.failure).toMatchObject({ code: expect.stringMatching(/^(ECONNRESET|EPIPE)$/) });
  });

  test('writes that nobody awaited are no unhandled rejections; finish throws the first error', async () => {
    const unhandled: unknown[] = [];
    const note = (error: unknown): unknown => unhandled.push(error);
    process.on('unhandledRejection', note);
    try {
      await using pair = await connected(async (handler) => {
        await afterReset(handler);
        for (let count = 0; count < 5; count++) void handler.wfile.write(data);
      }, bufferSize);
      pair.client.resetAndDestroy();
      expect(await pair.failure).toMatchObject({ code: expect.stringMatching(/^(ECONNRESET|EPIPE)$/) });
      // Node tells of unhandled rejections after the microtasks of a turn.
      await new Promise((resolve) => setImmediate(resolve));
      expect(unhandled).toEqual([]);
      expect(pair.server.stats()).toMatchObject({ disconnected: 1, failed: 0, active: 0 });
    } finally {
      process.off('unhandledRejection', note);
    }
  });
});
