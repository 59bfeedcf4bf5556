import { describe, expect } from '@jest/globals';
import { test } from '../case.js';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { connectTo, readAll } from '../clients/stream-client.js';
import { Gate } from '../gate.js';
import type { Order } from '../handlers/stream/holding.js';
import type { RecordingServer } from '../recording-server.js';
import type { ServeOptions, TestBed } from '../test-bed.js';
import { turns, until } from '../until.js';

/** Long enough for a client to be heard, short enough to wait for. */
const TIMEOUT_MS = 500;
/** For so long what a client sends after its answer is read. */
const LINGER_MS = 250;
const LINE = Buffer.alloc(65_536, 'x').fill('\n', 65_535);
/** More than all kernel buffers on the way there and back hold. */
const LINES = 1_000;

/** What a client costs that takes and does not give, or gives and does not take. */
export function greedyClientCases(bed: TestBed): void {
  if (bed.composition.kind === 'unix-datagram') silentReceiverCases(bed);
  if (!bed.isStream) return;
  writeTimeoutCases(bed);
  readAheadCases(bed);
  readSizeCases(bed);
}

function writeTimeoutCases(bed: TestBed): void {
  describe('writeTimeout', () => {
    test('is 60 s unless told otherwise', async () => {
      await using served = await bed.serve(bed.handler('upper'));
      expect(served.server).toMatchObject({
        writeTimeout: 60_000,
        requestTimeout: null,
        handshakeTimeout: null,
      });
    });

    test.each<Order>(['wfile', 'socket', 'accents'])(
      'ends a client that takes nothing of what its handler writes: %s',
      async (order) => {
        await using served = await bed.serve(bed.handler('holding'), {
          fields: { writeTimeout: TIMEOUT_MS, timeoutGrace: 20 },
        });
        using _ = await deaf(served.server, order);
        const error = await failure(served.server);
        expect(error).toMatchObject({ code: 'ERR_SOCKETSERVER_TIMEOUT' });
        expect(String(error)).toContain('(`writeTimeout`), got');
      },
    );

    if (!bed.composition.concurrent) return;

    test('lets a client go on that takes a little now and then, less than makes the kernel take more', async () => {
      await using served = await bed.serve(bed.handler('holding'), {
        fields: { writeTimeout: 2 * TIMEOUT_MS, timeoutGrace: 20 },
      });
      const { server } = served;
      const piece = bed.isUnix ? 8_192 : 65_536;
      await bed.python.ask({
        address: server.serverAddress,
        stream: true,
        text: 'pieces\n',
        sips: [piece, 30, 0.1],
      });
      await server.served(1);
      expect(server.errors.entries).toEqual([]);
      expect(server.stats()).toMatchObject({ disconnected: 1, failed: 0 });
    }, 20_000);
  });
}

function readAheadCases(bed: TestBed): void {
  describe('a client that does not take its answers', () => {
    test('is not read from without end, and fails in the end', async () => {
      await using served = await bed.serve(bed.handler('holding'), {
        fields: { writeTimeout: 3 * TIMEOUT_MS, timeoutGrace: 20 },
      });
      using client = await deaf(served.server, 'echo');
      let hasSentAll = false;
      send(client.socket, () => (hasSentAll = true));
      expect(await failure(served.server)).toMatchObject({ code: 'ERR_SOCKETSERVER_TIMEOUT' });
      expect(hasSentAll).toBe(false);
    });

    test('is read from again when it takes them', async () => {
      await using served = await bed.serve(bed.handler('holding'));
      using client = await deaf(served.server, 'echo');
      send(client.socket, () => client.socket.end());
      await untilStill(client.socket);
      expect((await readAll(client.socket)).length).toBe(LINES * LINE.length);
      await served.server.served(1);
      expect(served.server.stats()).toMatchObject({ completed: 1 });
    }, 20_000);

    test('is heard when it sends a little', async () => {
      await using gate = await Gate.open();
      await using served = await bed.serve(bed.handler('holding'), { context: { gate: gate.port } });
      using client = await deaf(served.server, 'cancel');
      for (const line of ['one\n', 'two\n', 'three\n']) {
        client.socket.write(line);
        const visitor = await gate.visitor();
        expect(visitor.text).toBe(line);
        visitor.letPass();
      }
    });
  });

  test('what a client sends after its answer is read, and does not reset the connection', async () => {
    await using served = await bed.serve(bed.handler('holding'));
    for (let isSent = false; !isSent;) {
      const client = await connectTo(served.server.serverAddress);
      const began = performance.now();
      client.write('line\nhello\n');
      client.end(Buffer.alloc(8_000_000));
      client.resume();
      try {
        await once(client, 'close'); // rejects with a reset, and with EPIPE
        expect(client.bytesRead).toBe('6'.length);
        isSent = true;
      } catch (error) {
        if (performance.now() - began < LINGER_MS) throw error;
        // The machine is too busy for the time that such a client gets: once more.
      }
    }
  });
}

function readSizeCases(bed: TestBed): void {
  describe('maxReadSize', () => {
    const bounded: ServeOptions = { fields: { maxReadSize: 1_000 } };

    test.each([
      {
        order: 'read',
        bytes: 1_001,
        code: 'ERR_SOCKETSERVER_READ_TOO_LARGE',
        got: 'a client that sends more',
      },
      { order: 'exactly', bytes: 0, code: 'ERR_SOCKETSERVER_READ_TOO_LARGE', got: 'readExactly(1001)' },
      { order: 'line', bytes: 1_001, code: 'ERR_SOCKETSERVER_LINE_TOO_LONG', got: 'a longer one' },
    ])('bounds what one read gathers: $order', async ({ order, bytes, code, got }) => {
      await using served = await bed.serve(bed.handler('holding'), bounded);
      const client = await connectTo(served.server.serverAddress);
      client.on('error', () => {});
      client.write(`${order}\n${'x'.repeat(bytes)}`);
      const error = await failure(served.server);
      expect(error).toMatchObject({ code });
      expect(String(error)).toContain(`at most 1000 bytes (\`maxReadSize\`), got ${got}`);
      client.destroy();
    });

    test('is passed by none that is at it, and can be lifted while the server serves', async () => {
      await using served = await bed.serve(bed.handler('holding'), bounded);
      const { server } = served;
      expect(await bed.ask(server, `read\n${'x'.repeat(1_000)}`)).toBe('1000');
      for (const maxReadSize of [1_001, null, Infinity]) {
        Object.assign(server, { maxReadSize });
        await server.untilSet();
        expect(await bed.ask(server, `exactly\n${'x'.repeat(1_001)}`)).toBe('1001');
      }
      expect(() => Object.assign(server, { maxReadSize: 0 })).toThrow('Expected `maxReadSize` to be');
    });
  });
}

function silentReceiverCases(bed: TestBed): void {
  describe('a client of datagrams that does not read', () => {
    /** More than a receiver's queue holds (net.unix.max_dgram_qlen). */
    const COUNT = 40;
    const hold = (server: RecordingServer): Promise<string> =>
      bed.python.ask({ address: server.serverAddress, stream: false, text: 'x', hold: COUNT });
    const expectUnsent = async (server: RecordingServer): Promise<void> => {
      await until(() => server.stats().active === 0);
      const { completed, failed, unsent } = server.stats();
      expect({ sum: completed + failed, failed: unsent }).toEqual({ sum: COUNT + 1, failed });
      expect(unsent).toBeGreaterThan(0);
      expect(server.errors.entries[0]?.error).toMatchObject({
        code: 'ERR_SOCKETSERVER_TIMEOUT',
        message: expect.stringMatching(
          /to take a datagram within \d+ ms \(`writeTimeout`\), got a full queue/,
        ),
      });
    };

    test('keeps a server for writeTimeout, once', async () => {
      await using served = await bed.serve(bed.handler('upper'), { fields: { writeTimeout: TIMEOUT_MS } });
      const { server } = served;
      const before = performance.now();
      await hold(server);
      expect(await bed.ask(server, 'hello')).toBe('HELLO');
      await expectUnsent(server);
      // Each of some thirty answers would be waited for.
      expect(performance.now() - before).toBeLessThan((COUNT / 4) * TIMEOUT_MS);
    });

    if (!bed.composition.concurrent) return;

    test('keeps no other client waiting', async () => {
      await using served = await bed.serve(bed.handler('upper'), { fields: { writeTimeout: null } });
      const { server } = served;
      await hold(server);
      await until(() => server.stats().accepted === COUNT);
      expect(await bed.ask(server, 'hello')).toBe('HELLO');
      await server.served(1);
      expect(server.stats()).toMatchObject({ unsent: 0, failed: 0 });
      expect(server.stats().active).toBeGreaterThan(0);
      Object.assign(server, { writeTimeout: 1 }); // for what waits, too
      await expectUnsent(server);
    });
  });
}

/** A client that has sent an order, and reads nothing. */
async function deaf(
  { serverAddress }: RecordingServer,
  order: Order,
): Promise<Disposable & { readonly socket: Socket }> {
  const socket = await connectTo(serverAddress);
  socket.on('error', () => {});
  socket.write(`${order}\n`);
  return { socket, [Symbol.dispose]: () => socket.destroy() };
}

/** Sends many lines, as the server takes them. */
function send(socket: Socket, done: () => void, lines = LINES): void {
  if (lines === 0) done();
  else socket.write(LINE, (error) => error ?? send(socket, done, lines - 1));
}

/** Resolves when the server takes nothing more of what the client sends. */
async function untilStill(socket: Socket): Promise<void> {
  for (let before = -1; before !== socket.bytesWritten;) {
    before = socket.bytesWritten;
    await turns(1_000);
  }
}

/** What the one request of a server has failed with. */
async function failure(server: RecordingServer): Promise<unknown> {
  const [report] = await server.errors.atLeast(1);
  await server.served(1);
  expect(server.stats()).toMatchObject({ accepted: 1, active: 0, failed: 1 });
  expect(server.errors.length).toBe(1);
  return report?.error;
}
