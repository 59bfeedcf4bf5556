import { once } from 'node:events';
import { describe, expect, test } from '@jest/globals';
import { AsyncTCPServer, StreamRequestHandler } from '@socketserver/core';
import { startFixture } from '../support/child.js';
import { connectTo, readAll } from '../support/clients.js';
import { Gate, serving, until } from '../support/servers.js';

const ANY_PORT = { host: '127.0.0.1', port: 0 };

/** Tells of the first error that a handler threw. */
class Server extends AsyncTCPServer {
  readonly failure = new Gate<unknown>();

  override handleError(error: unknown): void {
    this.failure.open(error);
  }
}

test('a handler may wait for its signal in many places, without a warning of a leak', async () => {
  await using child = startFixture('many-waits.mjs');
  expect(await child.exit).toMatchObject({ code: 0, stderr: '' });
});

describe('timeout', () => {
  test('ends a connection whose client sends nothing, with an error that says so', async () => {
    class Handler extends StreamRequestHandler {
      override timeout = 30;
      override async handle(): Promise<void> {
        await this.rfile.readLine();
      }
    }
    await using server = await serving(new Server(ANY_PORT, Handler));
    const client = await connectTo(server.serverAddress);
    expect(await server.failure.opened).toMatchObject({
      name: 'SocketServerError',
      code: 'ERR_SOCKETSERVER_TIMEOUT',
      message: 'Expected the client to send or take something within 30 ms (`timeout`), got silence',
    });
    // The connection is closed, not only given up on.
    expect(await readAll(client)).toBe('');
    client.destroy();
    await until(() => server.stats().active === 0);
    expect(server.stats()).toMatchObject({ accepted: 1, failed: 1 });
  });

  test('ends a connection whose client takes nothing', async () => {
    class Handler extends StreamRequestHandler {
      override timeout = 200;
      override async handle(): Promise<void> {
        for (;;) await this.wfile.write(Buffer.alloc(1_000_000));
      }
    }
    await using server = await serving(new Server(ANY_PORT, Handler));
    const client = await connectTo(server.serverAddress);
    client.pause();
    expect(await server.failure.opened).toMatchObject({ code: 'ERR_SOCKETSERVER_TIMEOUT' });
    client.destroy();
  });

  test('lets a client go on that sends now and then', async () => {
    class Handler extends StreamRequestHandler {
      override timeout = 1_000;
      override async handle(): Promise<void> {
        for await (const line of this.rfile) await this.wfile.write(line);
      }
    }
    await using server = await serving(new Server(ANY_PORT, Handler));
    const client = await connectTo(server.serverAddress);
    for (const line of ['a\n', 'b\n', 'c\n']) {
      client.write(line);
      expect(String((await once(client, 'data'))[0])).toBe(line);
    }
    client.end();
    expect(await readAll(client)).toBe('');
  });
});

test('the socket is there under both names, and its files are made once', async () => {
  const seen = new Gate<object>();
  class Handler extends StreamRequestHandler {
    override handle(): void {
      seen.open({
        sameSocket: this.connection === this.request,
        sameReader: this.rfile === this.rfile,
        sameWriter: this.wfile === this.wfile,
        allowHalfOpen: this.request.allowHalfOpen,
      });
    }
  }
  await using server = await serving(new Server(ANY_PORT, Handler));
  const client = await connectTo(server.serverAddress);
  expect(await seen.opened).toEqual({
    sameSocket: true,
    sameReader: true,
    sameWriter: true,
    allowHalfOpen: true,
  });
  client.destroy();
});

describe('memory', () => {
  test('1 GB written to a client that often stops reading takes less than 64 MB', async () => {
    await using child = startFixture('gigabyte.mjs');
    const { port } = await child.message<{ port: number }>();
    const client = await connectTo({ host: '127.0.0.1', port, family: 'IPv4' });
    let received = 0;
    client.on('data', (chunk: Buffer) => {
      received += chunk.length;
      // Stopping for a few turns after every chunk keeps the writer ahead of the reader at any speed.
      client.pause();
      setImmediate(() => client.resume());
    });
    await once(client, 'end');
    client.destroy();
    child.send('end');
    const { grownBy } = await child.message<{ grownBy: number }>();
    expect(received).toBe(1_000_000_000);
    expect(grownBy).toBeLessThan(64_000_000);
    expect(await child.exit).toMatchObject({ code: 0, stderr: '' });
  });

  test('a line without end is refused before it takes memory', async () => {
    await using child = startFixture('line-memory.mjs');
    const { port } = await child.message<{ port: number }>();
    const client = await connectTo({ host: '127.0.0.1', port, family: 'IPv4' });
    client.write(Buffer.alloc(64_000_000, 'x'));
    const { code, grownBy } = await child.message<{ code: string; grownBy: number }>();
    expect(code).toBe('ERR_SOCKETSERVER_LINE_TOO_LONG');
    expect(grownBy).toBeLessThan(16_000_000);
    client.destroy();
    expect(await child.exit).toMatchObject({ code: 0, stderr: '' });
  });
});
