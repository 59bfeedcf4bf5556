import { describe, expect } from '@jest/globals';
import { test } from '../case.js';
import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { connectTo, readAll } from '../clients/stream-client.js';
import { Gate } from '../gate.js';
import type { RecordingServer } from '../recording-server.js';
import type { TestBed } from '../test-bed.js';

/** Long enough for a client to be heard, short enough to wait for. */
const TIMEOUT_MS = 200;

/** How long a request may take, wherever its handler runs. */
export function timeLimitCases(bed: TestBed): void {
  describe('requestTimeout', () => {
    test('ends a request whose handler ignores its signal: reported once, counted as failed', async () => {
      await using gate = await Gate.open();
      await using served = await bed.serve(bed.handler('gated'), {
        context: { gate: gate.port },
        // The next one has to come, pass the gate and be answered within it.
        fields: { requestTimeout: 5 * TIMEOUT_MS, timeoutGrace: 20 },
      });
      const { server } = served;
      const sent = bed.isStream ? endOf(server) : bed.send(server, 'hello');
      await gate.visitor();
      await expectTimeout(server, 'requestTimeout');
      await sent;
      // The next one is served: a handler that was given up takes no room.
      const next = bed.ask(server, 'next');
      (await gate.visitor()).letPass();
      expect(await next).toBe('NEXT');
    });

    test('a handler that heeds its signal may still answer; the request has failed all the same', async () => {
      await using gate = await Gate.open();
      await using served = await bed.serve(bed.handler('until-aborted'), {
        context: { gate: gate.port },
        fields: { requestTimeout: TIMEOUT_MS, timeoutGrace: 10_000 },
      });
      const answer = bed.ask(served.server, 'hello');
      (await gate.visitor()).letPass();
      expect(await answer).toBe('aborted: SocketServerError');
      await expectTimeout(served.server, 'requestTimeout');
    });

    test('covers verifyRequest()', async () => {
      class Undecided extends bed.Server {
        override verifyRequest(): Promise<boolean> {
          return new Promise(() => {});
        }
      }
      await using served = await bed.serve(bed.handler('upper'), {
        Server: Undecided,
        fields: { requestTimeout: TIMEOUT_MS, timeoutGrace: 20 },
      });
      const sent = bed.isStream ? endOf(served.server) : bed.send(served.server, 'hello');
      await expectTimeout(served.server, 'requestTimeout');
      await sent;
      expect(served.server.hooksByRequest()).toEqual([['get', 'shutdown']]);
    });

    test('counts what verifyRequest() has taken, wherever the handler runs', async () => {
      const limit = 10 * TIMEOUT_MS;
      class Slow extends bed.Server {
        override async verifyRequest(): Promise<boolean> {
          await delay(0.75 * limit);
          return true;
        }
      }
      await using gate = await Gate.open();
      await using served = await bed.serve(bed.handler('until-aborted'), {
        Server: Slow,
        context: { gate: gate.port },
        fields: { requestTimeout: limit, timeoutGrace: 10_000 },
      });
      const before = performance.now();
      const answer = bed.ask(served.server, 'hello');
      (await gate.visitor()).letPass();
      expect(await answer).toBe('aborted: SocketServerError');
      expect(performance.now() - before).toBeLessThan(1.5 * limit);
      await expectTimeout(served.server, 'requestTimeout');
    });

    test('leaves a request alone that ends in time', async () => {
      await using served = await bed.serve(bed.handler('upper'), { fields: { requestTimeout: 60_000 } });
      expect(await bed.ask(served.server, 'hello')).toBe('HELLO');
      await served.server.served(1);
      expect(served.server.stats()).toMatchObject({ completed: 1, failed: 0 });
    });
  });

  if (!bed.isStream) return;

  test('handshakeTimeout ends a client that sends no first byte, and no other', async () => {
    await using served = await bed.serve(bed.handler('upper'), {
      fields: { handshakeTimeout: TIMEOUT_MS, timeoutGrace: 20 },
    });
    const { server } = served;
    const silent = await connectTo(server.serverAddress);
    await expectTimeout(server, 'handshakeTimeout');
    expect((await readAll(silent)).length).toBe(0);
    silent.destroy();
    expect(await bed.ask(server, 'hello')).toBe('HELLO');
  });

  test.each(['early', 'late', 'unending'])(
    'the handler’s timeout ends a silent client, also when an async setup() that is %s comes to it',
    async (context) => {
      await using served = await bed.serve(bed.handler('slow-setup'), { context }); // no limit of the server's
      const { server } = served;
      const silent = await connectTo(server.serverAddress);
      await expectTimeout(server, 'timeout');
      expect((await readAll(silent)).length).toBe(0);
      silent.destroy();
    },
  );

  test('writeTimeout ends a client that takes nothing of an answer, also when the handler has returned', async () => {
    await using served = await bed.serve(bed.handler('big'), {
      fields: { writeTimeout: TIMEOUT_MS, timeoutGrace: 20 },
    });
    const { server } = served;
    const slow = await connectTo(server.serverAddress); // it never reads
    slow.on('error', () => {});
    await expectTimeout(server, 'writeTimeout');
    expect(server.status().stats.completed).toBe(0);
    slow.destroy();
  });

  test.each([
    ['and lets it in', true],
    ['and refuses it', false],
  ])(
    'writeTimeout ends a client that takes nothing of what verifyRequest has written %s',
    async (_, isLetIn) => {
      class Greeting extends bed.Server {
        override verifyRequest(...[request]: [never, never]): boolean {
          (request as Socket).write(Buffer.alloc(16_000_000));
          return isLetIn;
        }
      }
      await using served = await bed.serve(bed.handler('upper'), {
        Server: Greeting,
        fields: { writeTimeout: TIMEOUT_MS, timeoutGrace: 20 },
      });
      const slow = await connectTo(served.server.serverAddress); // it never reads
      slow.on('error', () => {});
      await expectTimeout(served.server, 'writeTimeout');
      expect(served.server.stats()).toMatchObject({ completed: 0, rejected: 0 });
      slow.destroy();
    },
  );
}

async function expectTimeout(server: RecordingServer, field: string): Promise<void> {
  const [report] = await server.errors.atLeast(1);
  expect(report?.error).toMatchObject({
    name: 'SocketServerError',
    code: 'ERR_SOCKETSERVER_TIMEOUT',
    message: expect.stringContaining(`(\`${field}\`)`),
  });
  await server.served(1);
  expect(server.stats()).toMatchObject({ accepted: 1, active: 0, failed: 1 });
  expect(server.errors.length).toBe(1);
}

/** Sends a line, and resolves when the server has ended the connection, by a FIN or a reset. */
async function endOf({ serverAddress }: RecordingServer): Promise<void> {
  const socket = await connectTo(serverAddress);
  socket.write('hello\n');
  await readAll(socket).catch(() => {});
  socket.destroy();
}
