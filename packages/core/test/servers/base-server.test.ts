import { describe, expect, test } from '@jest/globals';
import { AsyncTCPServer, TCPServer, type ClientAddress } from '@socketserver/core';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { startFixture } from '../support/child.js';
import { ask } from '../support/clients.js';
import { Gate, NullHandler, serving, until, UpperHandler } from '../support/servers.js';

const LOCAL = { host: '127.0.0.1', port: 0 };
const NOTHING = { drained: 0, cut: 0, killed: 0, abandoned: 0 };

describe('closing', () => {
  test('before listen() leaves a server that cannot be used', async () => {
    const server = new TCPServer(LOCAL, NullHandler);
    expect(await server.close()).toEqual(NOTHING);
    expect(server.state).toBe('closed');
    for (const use of [server.listen(), server.serveForever(), server.handleRequest()]) {
      await expect(use).rejects.toMatchObject({ code: 'ERR_SOCKETSERVER_CLOSED' });
    }
  });

  test('while it starts to listen leaves nothing open', async () => {
    const server = new TCPServer(LOCAL, NullHandler);
    const listening = server.listen();
    const closing = server.close();
    await expect(listening).rejects.toMatchObject({ code: 'ERR_SOCKETSERVER_CLOSED' });
    expect(await closing).toEqual(NOTHING);
    expect(server.fileno()).toBe(-1);
  });

  test('while it starts to serve ends serveForever() without an error', async () => {
    const server = new TCPServer(LOCAL, NullHandler);
    const loop = server.serveForever();
    await server.close();
    await loop;
    expect(server.state).toBe('closed');
  });

  test('twice is once', async () => {
    const server = await serving(new TCPServer(LOCAL, NullHandler));
    expect(server.serverClose()).toBe(server.serverClose());
    expect(server.close()).toBe(server.close());
    await server.close();
  });

  test('lets the process end by itself', async () => {
    await using child = startFixture('ends-by-itself.mjs');
    expect(await child.exit).toMatchObject({ code: 0, stderr: '' });
  });
});

describe('serveForever()', () => {
  test('ends at once after a shutdown() before it, and serves the next time', async () => {
    await using server = new AsyncTCPServer(LOCAL, UpperHandler);
    await server.shutdown();
    await server.serveForever();
    expect(server.state).toBe('listening');
    const loop = server.serveForever();
    expect(await ask(server.serverAddress, 'hello\n')).toBe('HELLO\n');
    await server.shutdown();
    await loop;
  });

  test('ends at once with a signal that was aborted before', async () => {
    await using server = new TCPServer(LOCAL, NullHandler);
    await server.serveForever({ signal: AbortSignal.abort() });
    expect(server.state).toBe('listening');
  });

  test('ends when its signal aborts', async () => {
    await using server = new TCPServer(LOCAL, NullHandler);
    const controller = new AbortController();
    const loop = server.serveForever({ signal: controller.signal });
    await until(() => server.state === 'serving');
    controller.abort();
    await loop;
    expect(server.state).toBe('listening');
  });

  test.each([-1, Number.NaN, Infinity, 2 ** 31])('refuses pollInterval %p', async (pollInterval) => {
    await using server = new TCPServer(LOCAL, NullHandler);
    await expect(server.serveForever({ pollInterval })).rejects.toMatchObject({
      code: 'ERR_SOCKETSERVER_BAD_ARGUMENT',
      message: expect.stringContaining('Expected `pollInterval` to be milliseconds'),
    });
  });

  test('reports a serviceActions() that throws, and goes on calling it', async () => {
    class Restless extends TCPServer {
      readonly errors: unknown[] = [];
      override serviceActions(): void {
        throw new Error('no service');
      }
      override handleError(error: unknown): void {
        this.errors.push(error);
      }
    }
    await using server = new Restless(LOCAL, NullHandler);
    void server.serveForever({ pollInterval: 1 });
    await until(() => server.errors.length >= 2);
    expect(server.errors[0]).toMatchObject({ message: 'no service' });
  });
});

test.each([0, -1, 1.5, '5'])('listen() refuses requestQueueSize %p', async (requestQueueSize) => {
  const server = Object.assign(new TCPServer(LOCAL, NullHandler), { requestQueueSize });
  await expect(server.listen()).rejects.toMatchObject({
    code: 'ERR_SOCKETSERVER_BAD_ARGUMENT',
    message: expect.stringContaining('Expected `requestQueueSize` to be a positive integer'),
  });
});

test.each([-1, Number.NaN, 2 ** 31])('close() refuses graceMs %p, and does not close', (graceMs) => {
  const server = new TCPServer(LOCAL, NullHandler);
  expect(() => server.close({ graceMs })).toThrow(
    expect.objectContaining({ code: 'ERR_SOCKETSERVER_BAD_ARGUMENT' }),
  );
  expect(server.state).toBe('idle');
});

describe('getRequest()', () => {
  test('may take its time: the request is kept over a shutdown', async () => {
    const gate = new Gate();
    class Slow extends AsyncTCPServer {
      taken = 0;
      override async getRequest(): Promise<[Socket, ClientAddress]> {
        const arrival = await super.getRequest();
        this.taken++;
        await gate.opened;
        return arrival;
      }
    }
    await using server = await serving(new Slow(LOCAL, UpperHandler));
    const answer = ask(server.serverAddress, 'hello\n');
    await until(() => server.taken === 1);
    await server.shutdown();
    expect(server.stats().accepted).toBe(0);
    gate.open();
    void server.serveForever();
    expect(await answer).toBe('HELLO\n');
  });

  test('waits for a request, and gives each caller another one', async () => {
    await using server = new AsyncTCPServer(LOCAL, NullHandler);
    await server.listen();
    const { port, host } = server.serverAddress;
    const both = Promise.all([server.getRequest(), server.getRequest()]);
    // A listener accepts nothing before a loop runs; whoever has asked first is served first.
    const loop = server.serveForever();
    const clients = [connect(port, host), connect(port, host)];
    const requests = await both;
    expect(new Set(requests.map(([request]) => request)).size).toBe(2);
    await server.shutdown();
    await loop;
    for (const socket of [...clients, ...requests.map(([request]) => request)]) socket.destroy();
  });

  test('is told when the server closes that there is no request any more', async () => {
    const server = new AsyncTCPServer(LOCAL, NullHandler);
    await server.listen();
    const waiting = server.getRequest();
    await server.close();
    await expect(waiting).rejects.toMatchObject({ code: 'ERR_SOCKETSERVER_CLOSED' });
  });

  test('may bring requests from elsewhere, with no client of the server’s own', async () => {
    const elsewhere = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1');
    await once(elsewhere, 'listening');
    class Other extends AsyncTCPServer {
      override async getRequest(): Promise<[Socket, ClientAddress]> {
        const [socket] = (await once(elsewhere, 'connection')) as [Socket];
        return [socket, { address: '192.0.2.1', port: 1, family: 'IPv4' }];
      }
    }
    await using server = await serving(new Other(LOCAL, UpperHandler));
    const { port } = elsewhere.address() as AddressInfo;
    const client = connect(port, '127.0.0.1');
    client.end('hello\n');
    expect(await text(client)).toBe('HELLO\n');
    elsewhere.close();
    expect(server.stats()).toMatchObject({ accepted: 1 });
  });

  test('may throw: once a spell it is reported, and the loop goes on', async () => {
    class Failing extends AsyncTCPServer {
      failures = 0;
      readonly errors: unknown[] = [];
      override getRequest(): Promise<[Socket, ClientAddress]> {
        return ++this.failures <= 2 ? Promise.reject(new Error('not now')) : super.getRequest();
      }
      override handleError(error: unknown): void {
        this.errors.push(error);
      }
    }
    await using server = await serving(new Failing(LOCAL, UpperHandler));
    expect(await ask(server.serverAddress, 'hello\n')).toBe('HELLO\n');
    expect(server.errors).toHaveLength(1);
    expect(server.failures).toBeGreaterThan(2);
  });
});

test('an override of shutdownRequest() that throws is reported, and the connection is closed all the same', async () => {
  class Broken extends AsyncTCPServer {
    readonly errors: unknown[] = [];
    override shutdownRequest(): Promise<void> {
      return Promise.reject(new Error('will not'));
    }
    override handleError(error: unknown): void {
      this.errors.push(error);
    }
  }
  await using server = await serving(new Broken(LOCAL, UpperHandler));
  await ask(server.serverAddress, 'hello\n').catch(() => 'reset');
  await until(() => server.stats().active === 0);
  expect(server.errors).toEqual([expect.objectContaining({ message: 'will not' })]);
  expect(server.stats()).toMatchObject({ accepted: 1, completed: 0, failed: 1 });
});
